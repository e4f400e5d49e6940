// SPDX-License-Identifier: Apache-2.0
// How a supervisor comes by its segments: it makes new ones, or adopts what an earlier generation left
// behind, after waiting for that generation's last process to be gone, if the ledger has what they say it
// has.
#pragma once

#include <functional>
#include <memory>

#include "common/core/segments/segments.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

struct AdoptionRequest {
    std::string name;
    SegmentsPlan plan;  // for new segments; its source and ledger must be those of what is unfinished
    // Says where new ones begin, and the ledger's own name (complete() in preflight.hpp); asked when no other
    // process is left.
    std::function<void(SegmentsPlan&)> complete;
    // Opens the ledger that is to be what the segments know of it, as open_known_ledger() does. Asked before
    // an adoption.
    std::function<std::unique_ptr<Ledger>(const KnownLedger& known)> known_ledger;
    std::chrono::nanoseconds patience{};  // how long to wait for an earlier generation that still drains
    std::function<bool()> interrupted;    // asked while waiting; true ends it
};

// For the only supervisor of the name. Throws Failure: NotDrained if the earlier generation is not gone in
// time or waiting was interrupted; Configuration if what was left unfinished belongs to another source or
// ledger, or is damaged, or the ledger is not what they were written to; CannotCreate.
[[nodiscard]] Segments make_or_adopt(const AdoptionRequest& request);

}  // namespace pipeline
