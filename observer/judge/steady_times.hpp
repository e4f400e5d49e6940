// SPDX-License-Identifier: Apache-2.0
// Keeps the observed times that processes have spent on their activities from falling. An observed time
// includes the activity that is under way. That may turn out to be another activity, and the last activity of
// a killed process is never counted, so a time may fall. A monitor that takes differences of counters would
// take such a fall for a restart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "observer/see/observation.hpp"

namespace pipeline {

class SteadyTimes {
  public:
    // Adds to the times of an observation what they have lost in this and earlier observations of the
    // pipeline.
    void mend(Observation& seen);
    void begin_anew() noexcept { processes_.clear(); }

  private:
    struct Times {
        std::array<std::uint64_t, kActivities> last{};
        std::array<std::uint64_t, kActivities> lost{};
    };
    void mend(Times& times, TimeSpent& spent) const noexcept;
    std::map<std::size_t, Times> processes_;  // by place; the producer comes last
};

}  // namespace pipeline
