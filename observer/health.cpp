// SPDX-License-Identifier: Apache-2.0
#include "observer/health.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/plural.hpp"

namespace pipeline {
namespace {

// The supervisor replaces the dead within a second: one that was dead so long ago has not been.
constexpr std::uint64_t kReplacedNs = 1'000'000'000;

bool has_stayed_dead(const ProcessObservation& earlier, const ProcessObservation& now) noexcept {
    return now.state == ProcessState::Dead && earlier.state == ProcessState::Dead && now.pid == earlier.pid;
}

std::string dead_process(const Observation& earlier, const Observation& now) {
    if (now.supervisor.state == ProcessState::Dead)
        return fmt::format("the supervisor (pid {}) is dead: its children drain by themselves",
                           now.supervisor.pid);
    if (now.at_ns < earlier.at_ns + kReplacedNs) return {};
    if (has_stayed_dead(earlier.producer, now.producer))
        return fmt::format("the producer (pid {}) is dead", now.producer.pid);
    for (const ConsumerObservation& consumer : now.consumers) {
        const auto same = std::find_if(
            earlier.consumers.begin(), earlier.consumers.end(),
            [&consumer](const ConsumerObservation& each) { return each.place == consumer.place; });
        if (same != earlier.consumers.end() && has_stayed_dead(*same, consumer))
            return fmt::format("consumer {} (pid {}) is dead", consumer.place, consumer.pid);
    }
    return {};
}

// One that cannot be seen may be at work where some process lives.
bool is_at_work(const ConsumerObservation& consumer, PipelineState state) noexcept {
    const bool may_be = consumer.state == ProcessState::Unknown && state != PipelineState::Unknown;
    return (consumer.state == ProcessState::Running || may_be) && consumer.invoice.has_value();
}

}  // namespace

Health Health::of(const Observation& earlier, const Observation& now, std::uint64_t moved_ns) {
    switch (now.state) {
        case PipelineState::Stopped:
            return {false, "every process is stopped: nothing moves until they go on (SIGCONT)"};
        case PipelineState::Dead:
            return {false, "every process is dead: the next start of the supervisor goes on"};
        case PipelineState::Finished:
            return {false, "it has finished"};
        case PipelineState::Starting:
        case PipelineState::Running:
        case PipelineState::Draining:
        case PipelineState::Unknown:
            break;
    }
    if (std::string dead = dead_process(earlier, now); !dead.empty()) return {false, std::move(dead)};
    const std::uint64_t unmoved_ns = now.at_ns > moved_ns ? now.at_ns - moved_ns : 0;
    const bool is_still = std::chrono::nanoseconds(unmoved_ns) >= kPatience;
    if (is_still && now.state == PipelineState::Unknown) {
        return {false,
                "its processes belong to another pid namespace, and nothing moves that would show that they "
                "live: look from there"};
    }
    const bool at_work =
        std::any_of(now.consumers.begin(), now.consumers.end(),
                    [&now](const ConsumerObservation& each) { return is_at_work(each, now.state); });
    if (is_still && now.in_flight() != 0 && !at_work) {
        return {false, fmt::format("nothing has moved for {} s, with {} in flight",
                                   unmoved_ns / 1'000'000'000, counted(now.in_flight(), "invoice"))};
    }
    return {};
}

}  // namespace pipeline
