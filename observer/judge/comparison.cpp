// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "observer/judge/readable.hpp"

namespace pipeline {
namespace {

constexpr double kNsPerSecond = 1e9;

std::uint64_t gained(std::uint64_t earlier, std::uint64_t now) noexcept {
    return now > earlier ? now - earlier : 0;
}

bool is_running(const ProcessObservation& process) noexcept {
    return process.state == ProcessState::Running || process.state == ProcessState::Unknown;
}

ConsumerComparison compare(const Observation& earlier, const ConsumerObservation& now, double seconds) {
    const auto same =
        std::find_if(earlier.consumers.begin(), earlier.consumers.end(),
                     [&now](const ConsumerObservation& each) { return each.place == now.place; });
    // If the place had no consumer earlier, the rate is unknown: the place's count includes the work of all
    // consumers that it ever had.
    if (same == earlier.consumers.end()) return {};
    return {static_cast<double>(gained(same->items, now.items)) / seconds,
            TimeShares::between(same->time, now.time)};
}

}  // namespace

Latencies Latencies::of(const Histogram& histogram) {
    Latencies latencies;
    latencies.count = histogram.total();
    if (latencies.count == 0) return latencies;
    const auto seconds = [&histogram](double p) {
        return static_cast<double>(histogram.quantile(p)) / kNsPerSecond;
    };
    latencies.mean = histogram.sum_ns() / static_cast<double>(latencies.count) / kNsPerSecond;
    latencies.p50 = seconds(0.5);
    latencies.p99 = seconds(0.99);
    latencies.p999 = seconds(0.999);
    return latencies;
}

Latencies Latencies::of(const Histogram& arrived, const Histogram& under_way) {
    Histogram both = arrived;
    both += under_way;
    Latencies latencies = of(both);
    if (const Latencies alone = of(arrived); alone.count != 0) {
        latencies.mean = std::max(latencies.mean, alone.mean);
        latencies.p50 = std::max(latencies.p50, alone.p50);
        latencies.p99 = std::max(latencies.p99, alone.p99);
        latencies.p999 = std::max(latencies.p999, alone.p999);
    }
    return latencies;
}

Comparison Comparison::of(const Observation& earlier, const Observation& now) {
    Comparison comparison;
    if (earlier.generation != now.generation || now.at_ns <= earlier.at_ns) return comparison;
    Load load;
    load.interval = std::chrono::nanoseconds(now.at_ns - earlier.at_ns);
    load.acquired = gained(earlier.flow().acquired, now.flow().acquired);
    load.stored = gained(earlier.flow().saved, now.flow().saved);
    load.producer = TimeShares::between(earlier.producer.time, now.producer.time);

    const double seconds = std::chrono::duration<double>(load.interval).count();
    comparison.seconds = seconds;
    comparison.acquired_per_second = static_cast<double>(load.acquired) / seconds;
    comparison.saved_per_second = static_cast<double>(load.stored) / seconds;
    comparison.stored_per_second =
        static_cast<double>(gained(earlier.flow().durable, now.flow().durable)) / seconds;
    comparison.producer = load.producer;
    for (const ConsumerObservation& consumer : now.consumers) {
        comparison.consumers.push_back(compare(earlier, consumer, seconds));
        if (is_running(consumer)) load.consumers.push_back(comparison.consumers.back().shares);
    }
    comparison.waiting = Latencies::of(now.waiting.since(earlier.waiting));
    comparison.processing = Latencies::of(now.processing.since(earlier.processing));
    comparison.until_durable = Latencies::of(now.until_durable.since(earlier.until_durable), now.under_way);
    load.waiting = now.flow().in_ring;
    load.bytes_share = now.ring_bytes.share();
    load.is_paused = now.is_paused && now.state != PipelineState::Draining;
    if (const LedgerCondition& ledger = now.ledger_condition; ledger.is_failing()) {
        const auto lasts_ns = static_cast<double>(gained(ledger.failing_since_ns, now.at_ns));
        load.ledger_trouble =
            fmt::format("for {}: {}", readable_seconds(lasts_ns / kNsPerSecond), ledger.error);
    }
    const bool says_itself = load.is_paused || !load.ledger_trouble.empty();
    // Give no advice if the pipeline is stopped or dead, or may be (Unknown): then the times of its processes
    // do not show who waits for whom.
    if (now.state != PipelineState::Unknown && !load.consumers.empty() &&
        (says_itself || is_comparable(earlier, now)))
        comparison.advice = advise(load);
    return comparison;
}

bool is_comparable(const Observation& earlier, const Observation& now) noexcept {
    return earlier.is_paused == now.is_paused && has_same_consumers(earlier, now);
}

bool has_same_consumers(const Observation& earlier, const Observation& now) noexcept {
    return std::equal(earlier.consumers.begin(), earlier.consumers.end(), now.consumers.begin(),
                      now.consumers.end(),
                      [](const auto& before, const auto& after) { return before.place == after.place; });
}

bool has_moved(const Observation& earlier, const Observation& now) noexcept {
    return earlier.flow().acquired != now.flow().acquired || has_worked(earlier, now);
}

bool has_worked(const Observation& earlier, const Observation& now) noexcept {
    const auto position = [](const Observation& seen) {
        return std::array{seen.generation, seen.flow().in_hands, seen.flow().saved, seen.flow().durable,
                          seen.released};
    };
    return position(earlier) != position(now);
}

std::uint64_t last_moved_ns(const Observation& now) noexcept {
    // Ignore a time that is later than the observation.
    const std::uint64_t acquired = now.last_acquired_ns <= now.at_ns ? now.last_acquired_ns : 0;
    return std::max(acquired, last_worked_ns(now));
}

std::uint64_t last_worked_ns(const Observation& now) noexcept {
    const auto known = [&now](std::uint64_t ns) { return ns <= now.at_ns ? ns : 0; };
    return std::max(known(now.last_saved_ns), known(now.ledger_condition.last_commit_ns));
}

}  // namespace pipeline
