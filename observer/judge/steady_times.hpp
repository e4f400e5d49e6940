// SPDX-License-Identifier: Apache-2.0
// Corrects the times that processes have spent on their activities, so that no time falls from one
// observation to the next. An observation adds the time that the present activity has taken so far. The
// process may count this part for another activity in the end or, if it is killed, not at all: then the
// observed time falls. A monitor that takes differences of counters would take the fall for a restart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "observer/see/observation.hpp"

namespace pipeline {

class SteadyTimes {
  public:
    // Adds to each time in `seen` all that it has lost by falling, in this observation and in earlier ones of
    // the pipeline.
    void mend(Observation& seen);
    void begin_anew() noexcept { processes_.clear(); }

  private:
    struct Times {
        std::array<std::uint64_t, kActivities> last{};
        std::array<std::uint64_t, kActivities> lost{};
    };
    void mend(Times& times, TimeSpent& spent) const noexcept;
    std::map<std::size_t, Times> processes_;  // by place; the producer has the key kMaxPlaces
};

}  // namespace pipeline
