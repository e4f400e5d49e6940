// SPDX-License-Identifier: Apache-2.0
// The condition of the source, as the producer last reported it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/metrics.hpp"

namespace pipeline {

struct SourceCondition {
    SourceState state = SourceState::Fine;
    std::uint64_t since_ns = 0;     // start of that state, monotonic
    std::string sentence;           // cause and advice in one line, unless Fine
    std::uint64_t backlog = 0;      // invoices in the source that are not acquired
    std::uint64_t oldest_us = 0;    // when the oldest of them was last modified, since 1970; 0: none
    std::uint64_t unmoved = 0;      // files in the ledger that could not be moved yet
    std::uint64_t passed_over = 0;  // entries that the last look could not examine
    std::uint64_t unusable_ids = 0;

    // How long the oldest of the backlog has waited at this wall-clock time; 0: none waits.
    [[nodiscard]] double waiting_seconds(std::int64_t now_us) const noexcept {
        const auto oldest = static_cast<std::int64_t>(oldest_us);
        return oldest != 0 && now_us > oldest ? static_cast<double>(now_us - oldest) / 1e6 : 0;
    }
};

[[nodiscard]] SourceCondition look_at_source(const SourceMetrics& metrics);

// "fine", "gone", "replaced", "cannot_move", "nothing_is_taken", "unreadable".
[[nodiscard]] std::string_view to_text(SourceState state) noexcept;

}  // namespace pipeline
