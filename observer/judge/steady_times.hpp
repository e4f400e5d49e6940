// SPDX-License-Identifier: Apache-2.0
// Times spent that never go back. What a process is doing now counts in its times as they are seen; it may
// turn out to have been something else, and what a killed process was just doing is never counted. Whoever
// takes differences over long times, as a monitor does with its counters, would see a fall as a new
// beginning.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "observer/see/observation.hpp"

namespace pipeline {

class SteadyTimes {
  public:
    // Mends the times of an observation by what earlier ones of this pipeline have fallen by.
    void mend(Observation& seen);
    void begin_anew() noexcept { processes_.clear(); }

  private:
    struct Times {
        std::array<std::uint64_t, kActivities> last{};
        std::array<std::uint64_t, kActivities> lost{};
    };
    void mend(Times& times, TimeSpent& spent) const noexcept;
    std::map<std::size_t, Times> processes_;  // by place; the producer behind all
};

}  // namespace pipeline
