// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/history.hpp"

#include <algorithm>

#include "observer/judge/comparison.hpp"

namespace pipeline {

namespace {

double longest_in_work(const Observation& seen) noexcept {
    double longest = 0;
    for (const ConsumerObservation& consumer : seen.consumers) {
        if (!consumer.invoice || consumer.invoice->since_ns > seen.at_ns) continue;
        longest = std::max(longest, static_cast<double>(seen.at_ns - consumer.invoice->since_ns) / 1e9);
    }
    return longest;
}

}  // namespace

Pace Pace::between(const Observation& earlier, const Observation& now) {
    const double seconds = static_cast<double>(now.at_ns - earlier.at_ns) / 1e9;
    const auto rate = [seconds](std::uint64_t before, std::uint64_t after) {
        return after > before ? static_cast<double>(after - before) / seconds : 0.0;
    };
    return {now.at_ns,
            seconds,
            rate(earlier.flow().acquired, now.flow().acquired),
            rate(earlier.flow().durable, now.flow().durable),
            static_cast<double>(now.in_flight()),
            Latencies::of(now.until_durable.since(earlier.until_durable), now.under_way).p99,
            rate(earlier.flow().outcomes.failed, now.flow().outcomes.failed),
            longest_in_work(now)};
}

void add_pace(std::vector<Pace>& history, const Pace& pace, std::chrono::seconds reach) {
    history.push_back(pace);
    const double most = std::chrono::duration<double>(reach).count();
    const auto first = std::find_if(history.begin(), history.end(),
                                    [&](const Pace& each) { return seconds_ago(history, each) < most; });
    history.erase(history.begin(), first);
}

double seconds_ago(const std::vector<Pace>& history, const Pace& pace) noexcept {
    return static_cast<double>(history.back().at_ns - pace.at_ns) / 1e9;
}

}  // namespace pipeline
