// SPDX-License-Identifier: Apache-2.0
// A pipeline's rates in the last minutes, one entry per observation. Observations may be a second apart, or
// much longer with a longer --interval or while there was no pipeline. So each entry has its own time span.
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

    // `earlier` and `now` observe the same pipeline, `now` at a later time.
    [[nodiscard]] static Pace between(const Observation& earlier, const Observation& now);
};

// How far back a history reaches.
inline constexpr std::chrono::seconds kHistory{300};

// Appends the newest pace, and drops the paces that ended kHistory or more before it.
void add_pace(std::vector<Pace>& history, const Pace& pace);

// The time from the end of `pace` to the end of the newest pace, in seconds.
[[nodiscard]] double seconds_ago(const std::vector<Pace>& history, const Pace& pace) noexcept;

}  // namespace pipeline
