// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/steady_times.hpp"

namespace pipeline {

void SteadyTimes::mend(Observation& seen) {
    mend(processes_[kMaxPlaces], seen.producer.time);
    for (ConsumerObservation& consumer : seen.consumers) mend(processes_[consumer.place], consumer.time);
}

void SteadyTimes::mend(Times& times, TimeSpent& spent) const noexcept {
    for (std::size_t i = 0; i < kActivities; ++i) {
        if (spent.ns[i] < times.last[i]) times.lost[i] += times.last[i] - spent.ns[i];
        times.last[i] = spent.ns[i];
        spent.ns[i] += times.lost[i];
    }
}

}  // namespace pipeline
