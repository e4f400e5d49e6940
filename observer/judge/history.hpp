// SPDX-License-Identifier: Apache-2.0
// How fast a pipeline was in the last minutes, look by look. A look may have come a second after the one
// before or, with a longer --interval or while there was no pipeline, much later: each says which time it is
// of.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "observer/see/observation.hpp"

namespace pipeline {

// The time between two looks.
struct Pace {
    std::uint64_t at_ns = 0;  // its end, monotonic
    double seconds = 0;       // how long it was
    double acquired_per_second = 0;
    double stored_per_second = 0;
    double in_flight = 0;                  // invoices, at its end
    double until_durable_p99_seconds = 0;  // of what was stored in it, and of what still waited at its end

    // Of two observations of the same pipeline, the later one at a later time.
    [[nodiscard]] static Pace between(const Observation& earlier, const Observation& now);
};

// How long a history goes back.
inline constexpr std::chrono::seconds kHistory{300};

// The newest last. What ended before the time that a history goes back is forgotten.
void add_pace(std::vector<Pace>& history, const Pace& pace);

// How long before the newest one each ended, in seconds.
[[nodiscard]] double seconds_ago(const std::vector<Pace>& history, const Pace& pace) noexcept;

}  // namespace pipeline
