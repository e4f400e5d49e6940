// SPDX-License-Identifier: Apache-2.0
// The options about invoices whose attempts fail: when they are tried again, and when they are given up.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/cli/command_option.hpp"

namespace pipeline {

// The delay between two attempts at an invoice: MIN..MAX. It begins at `least` and doubles up to `greatest`.
struct DelayRange {
    std::chrono::nanoseconds least = std::chrono::seconds(1);
    std::chrono::nanoseconds greatest = std::chrono::minutes(15);
};
// Parses MIN..MAX or one duration for both; each is 1ms..30 days. Throws std::invalid_argument.
[[nodiscard]] DelayRange parse_delay_range(std::string_view text);

// The default of --give-up-after; the second one with --once.
inline constexpr std::chrono::hours kDefaultGiveUp{24};
inline constexpr std::chrono::minutes kDefaultGiveUpOnce{15};

struct RetryOptions {
    DelayRange delay;
    // How long after its first attempt an invoice that asks for further ones gets them: 1s..365 days; none:
    // the user has given no time.
    std::optional<std::chrono::nanoseconds> give_up_after;
    // After so many failed attempts in a row, the source is held (common/core/pace/hold.hpp); 0: never.
    std::uint32_t hold_after = 20;
};

[[nodiscard]] std::vector<CommandOption> retry_options(RetryOptions& fields);
// The option --hold-for: the longest time of a hold; none: without end.
inline constexpr std::chrono::minutes kDefaultHoldOnce{15};
[[nodiscard]] CommandOption hold_for_option(std::optional<std::chrono::nanoseconds>& field);

}  // namespace pipeline
