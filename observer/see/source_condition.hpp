// SPDX-License-Identifier: Apache-2.0
// The condition of the source, as the producer last reported it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/metrics.hpp"

namespace pipeline {

struct SourceCondition : SourceNumbers<Plain> {
    SourceState state = SourceState::Fine;
    std::uint64_t since_ns = 0;  // start of that state, monotonic
    std::string sentence;        // cause and advice in one line; empty if the state is Fine

    // How long the oldest invoice of the backlog has waited at the wall-clock time `now_us`; 0: none waits.
    [[nodiscard]] double waiting_seconds(std::int64_t now_us) const noexcept {
        const auto oldest = static_cast<std::int64_t>(oldest_us);
        return oldest != 0 && now_us > oldest ? static_cast<double>(now_us - oldest) / 1e6 : 0;
    }
};

[[nodiscard]] SourceCondition look_at_source(const SourceMetrics& metrics);

// Returns "fine", "gone", "replaced", "cannot_move", "nothing_is_taken" or "unreadable".
[[nodiscard]] std::string_view to_text(SourceState state) noexcept;

}  // namespace pipeline
