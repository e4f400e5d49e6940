// SPDX-License-Identifier: Apache-2.0
#include "common/options/retry_options.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "common/base/duration_text.hpp"
#include "common/options/shared_options.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kLeastDelay{1};
constexpr std::chrono::hours kGreatestDelay{24 * 30};
constexpr std::chrono::seconds kLeastTime{1};
constexpr std::chrono::hours kGreatestTime{24 * 365};
constexpr std::uint32_t kMostInARow = 65'535;

std::string range_text(const DelayRange& range) {
    return to_text(range.least) + ".." + to_text(range.greatest);
}

}  // namespace

DelayRange parse_delay_range(std::string_view text) {
    constexpr std::string_view kTo = "..";
    const auto at = text.find(kTo);
    try {
        const auto read = [](std::string_view part) {
            return parse_duration(part, kLeastDelay, kGreatestDelay);
        };
        DelayRange range{};
        range.least = read(text.substr(0, at));
        range.greatest = at == std::string_view::npos ? range.least : read(text.substr(at + kTo.size()));
        if (range.least <= range.greatest) return range;
    } catch (const std::invalid_argument&) {
        // Go on: the exception below covers bad durations as well as durations in the wrong order.
    }
    throw std::invalid_argument("MIN..MAX with units, from 1ms to 720h, such as 1s..15min, is accepted");
}

namespace {

CommandOption optional_time(std::string name, std::string help,
                            std::optional<std::chrono::nanoseconds>& field) {
    return value_option(
        std::move(name), "TIME", std::move(help), field,
        [](std::string_view text) { return std::optional(parse_duration(text, kLeastTime, kGreatestTime)); },
        [](const std::optional<std::chrono::nanoseconds>& time) {
            return time ? std::optional(to_text(*time)) : std::nullopt;
        });
}

}  // namespace

CommandOption hold_for_option(std::optional<std::chrono::nanoseconds>& field) {
    return with_fallback(optional_time("hold-for", "longest hold", field), "no limit, --once: 15min");
}

std::vector<CommandOption> retry_options(RetryOptions& fields) {
    return {value_option("retry-delay", "MIN..MAX", "before a retry; doubles", fields.delay,
                         parse_delay_range, range_text),
            with_fallback(optional_time("give-up-after", "for retries", fields.give_up_after),
                          "24h, --once: 15min"),
            count_option("hold-after", "failures in a row that hold it, 0: never", fields.hold_after, 0,
                         kMostInARow)};
}

}  // namespace pipeline
