// SPDX-License-Identifier: Apache-2.0
// How a supervisor gets its segments. It creates new ones, or adopts those of an earlier generation: after
// that generation's last process is gone, and if the ledger holds what the segments say it holds.
#pragma once

#include <functional>
#include <memory>

#include "common/core/segments/segments.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

struct AdoptionRequest {
    std::string name;
    SegmentsPlan plan;  // for new segments; unfinished work must have the same source and ledger
    // Fills in where new segments begin and the ledger's own name (complete() in preflight.hpp). Called once
    // no other process is left.
    std::function<void(SegmentsPlan&)> complete;
    // Opens the ledger and checks that it is the one the segments know, as open_known_ledger() does. Called
    // before an adoption.
    std::function<std::unique_ptr<Ledger>(const KnownLedger& known)> known_ledger;
    std::chrono::nanoseconds patience{};  // how long to wait for an earlier generation that still drains
    std::function<bool()> interrupted;    // asked while waiting; true ends it
};

// The caller must be the only supervisor of the name. Throws Failure: NotDrained if the earlier generation is
// not gone in time or the wait was interrupted; Configuration if the unfinished work belongs to another
// source or ledger, is damaged, or the ledger is not the one it was written to; CannotCreate.
[[nodiscard]] Segments make_or_adopt(const AdoptionRequest& request);

}  // namespace pipeline
