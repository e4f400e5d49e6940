// SPDX-License-Identifier: Apache-2.0
// A pipeline's rates in the last minutes, one entry per observation, and in the last hour, one entry per
// minute. Observations may be a second apart, or much longer with a longer --interval or while there was no
// pipeline. So each entry has its own time span.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "observer/see/observation.hpp"

namespace pipeline {

// The rates in the span between two observations.
struct Pace {
    std::uint64_t at_ns = 0;  // end of the span, monotonic
    double seconds = 0;       // length of the span
    double acquired_per_second = 0;
    double stored_per_second = 0;
    double in_flight = 0;                  // invoices in flight at the end of the span
    double until_durable_p99_seconds = 0;  // including the ages of invoices still in flight
    double failed_per_second = 0;          // of the stored ones
    double longest_in_work_seconds = 0;    // of the invoices in work at the end of the span

    // `earlier` and `now` observe the same pipeline, `now` at a later time.
    [[nodiscard]] static Pace between(const Observation& earlier, const Observation& now);
};

// How far back a history reaches.
inline constexpr std::chrono::seconds kHistory{300};
inline constexpr std::chrono::seconds kHour{3600};  // in steps of kMinute
inline constexpr std::chrono::seconds kMinute{60};

// Appends the newest pace, and drops the paces that ended `reach` or more before it.
void add_pace(std::vector<Pace>& history, const Pace& pace, std::chrono::seconds reach = kHistory);

// The time from the end of `pace` to the end of the newest pace, in seconds.
[[nodiscard]] double seconds_ago(const std::vector<Pace>& history, const Pace& pace) noexcept;

}  // namespace pipeline
