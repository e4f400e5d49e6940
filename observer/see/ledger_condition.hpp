// SPDX-License-Identifier: Apache-2.0
// The condition of the ledger: how its last commits went, as the consumers report it; since when results have
// waited for a commit; and the free space of the ledger's file system. These are plain numbers; health.hpp
// judges them.
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
    // Since when results have waited for a commit: the latest of three times, namely when the oldest waiting
    // result was saved, when the last commit ended, and when the supervisor started. None: no result waits.
    std::optional<std::uint64_t> unstored_since_ns;
    // How long --flush-interval lets results wait.
    std::uint64_t flush_interval_ns = 0;
    LedgerRoom::Sight room;  // empty until the caller fills it in

    [[nodiscard]] bool is_failing() const noexcept { return failing_since_ns != 0 && unstored_since_ns; }
};

// Reads the condition from the segments. `flow` was read from the same ring and storage. Leaves `room` empty.
[[nodiscard]] LedgerCondition look_at_ledger(const MetricsArea& metrics, const StorageView& storage,
                                             const Flow& flow);

}  // namespace pipeline
