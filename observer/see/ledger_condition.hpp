// SPDX-License-Identifier: Apache-2.0
// The condition of the ledger: what the flush leaders report of their commits, since when results have waited
// for one, and the free space of its file system. Plain numbers; health.hpp judges them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/metrics.hpp"
#include "common/core/storage.hpp"
#include "observer/see/ledger_room.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct LedgerCondition : LedgerNumbers<Plain> {
    std::string error;  // of the last failed commit, one line; empty: none failed
    // Since when results have waited without a commit: the latest of the time the oldest of them was saved,
    // of the last commit, and of the supervisor's start. None: nothing waits.
    std::optional<std::uint64_t> unstored_since_ns;
    // How long --flush-interval lets them wait.
    std::uint64_t flush_interval_ns = 0;
    LedgerRoom::Sight room;  // empty until the caller fills it in

    [[nodiscard]] bool is_failing() const noexcept { return failing_since_ns != 0 && unstored_since_ns; }
};

// `flow`: as read from ring and storage. Does not fill in `room`.
[[nodiscard]] LedgerCondition look_at_ledger(const MetricsArea& metrics, const StorageView& storage,
                                             const Flow& flow);

}  // namespace pipeline
