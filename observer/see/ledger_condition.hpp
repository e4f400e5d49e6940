// SPDX-License-Identifier: Apache-2.0
// How it stands with the ledger: what the flush leaders say of their commits, since when results wait for
// one, and how much room its file system has. Plain numbers; what they mean is health.hpp's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/metrics.hpp"
#include "common/core/storage.hpp"
#include "observer/see/ledger_room.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct LedgerCondition {
    std::uint64_t commits = 0;  // since the segments were made
    std::uint64_t errors = 0;
    std::uint64_t last_commit_ns = 0;  // monotonic, as all times here; 0: there was none
    std::uint64_t last_took_ns = 0;
    std::uint64_t failing_since_ns = 0;  // 0: the last commit was a good one
    std::string error;                   // of the last that failed, one line; empty: none has
    // Since when results have been waiting without a commit: the latest of when the oldest of them was saved,
    // of the last commit, and of the supervisor's start. None: nothing waits.
    std::optional<std::uint64_t> unstored_since_ns;
    // How long they may wait by --flush-interval.
    std::uint64_t flush_interval_ns = 0;
    LedgerRoom::Sight room;  // nothing until whoever looks has asked

    [[nodiscard]] bool is_failing() const noexcept { return failing_since_ns != 0 && unstored_since_ns; }
};

// `flow`: what was seen of ring and storage. Without the files.
[[nodiscard]] LedgerCondition look_at_ledger(const MetricsArea& metrics, const Storage& storage,
                                             const Flow& flow);

}  // namespace pipeline
