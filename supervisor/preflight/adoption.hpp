// SPDX-License-Identifier: Apache-2.0
// Gives a supervisor its segments: creates new ones, or adopts those that an earlier generation (a supervisor
// and its children) has left unfinished. An adoption waits until the last process of that generation is gone,
// and requires that the ledger holds the records that the segments call durable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

struct AdoptionRequest {
    std::string name;      // the pipeline's name, for messages
    std::string segments;  // the name of new segments (segments_in())
    // Other names under which an earlier start may have left segments: it may have had another --shm-dir, or
    // may have been of a version without that option.
    std::vector<std::string> elsewhere;
    SegmentsPlan plan;  // for new segments; unfinished work must have the same source and ledger
    // Adds to the plan of new segments the source position where they begin, and the ledger's id (complete()
    // in preflight.hpp). make_or_adopt() calls it once no process of an earlier generation is left.
    std::function<void(SegmentsPlan&)> complete;
    // Opens the ledger and checks that it is the one that the segments were used with, as open_known_ledger()
    // does. make_or_adopt() calls it before it adopts segments.
    std::function<std::unique_ptr<Ledger>(const KnownLedger& known)> known_ledger;
    std::chrono::nanoseconds patience{};  // how long to wait for an earlier generation that still drains
    std::function<bool()> interrupted;    // called during the wait; true ends the wait
};

// The leftovers of an earlier start, for a check that changes nothing.
struct LeftBehind {
    enum class State : std::uint8_t {
        None,     // nothing, or nothing that is still needed
        InUse,    // by processes of an earlier supervisor, which still drain
        Old,      // segments of version 0.1.0
        Fitting,  // make_or_adopt() would adopt them
    };
    State state = State::None;
    std::uint64_t in_flight = 0;  // unfinished invoices, if Fitting
};
// Judges what is left as make_or_adopt() does, and throws the Failure (Configuration) with which that would
// refuse it. Waits for nothing, creates and removes nothing. The ledger that request.known_ledger returns may
// be one that can only be read.
[[nodiscard]] LeftBehind look_at_leftovers(const AdoptionRequest& request);

// Returns new or adopted segments. The caller must be the only supervisor of the name. Adopted segments keep
// their name and directory until they are drained (SegmentsView::path()). Throws Failure: NotDrained if the
// earlier generation is not gone in time or the wait was interrupted; Configuration if the unfinished work
// belongs to another source or ledger, is damaged, or was written to another ledger than the one that was
// found; CannotCreate if new segments cannot be created.
[[nodiscard]] Segments make_or_adopt(const AdoptionRequest& request);

}  // namespace pipeline
