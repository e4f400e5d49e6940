// SPDX-License-Identifier: Apache-2.0
// Gives a supervisor its segments: creates new ones, or adopts those that an earlier generation (a supervisor
// and its children) has left unfinished. An adoption waits until the last process of that generation is gone,
// and requires that the ledger holds the records that the segments call durable.
#pragma once

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

// Returns new or adopted segments. The caller must be the only supervisor of the name. Adopted segments keep
// their name and directory until they are drained (SegmentsView::path()). Throws Failure: NotDrained if the
// earlier generation is not gone in time or the wait was interrupted; Configuration if the unfinished work
// belongs to another source or ledger, is damaged, or was written to another ledger than the one that was
// found; CannotCreate if new segments cannot be created.
[[nodiscard]] Segments make_or_adopt(const AdoptionRequest& request);

}  // namespace pipeline
