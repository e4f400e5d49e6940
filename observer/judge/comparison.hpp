// SPDX-License-Identifier: Apache-2.0
// Compares two observations of one pipeline: rates, shares of time and latencies in between, and whether
// anything has moved. Pure functions. A number that has fallen (a damaged segment may have any numbers)
// counts as unchanged.
#pragma once

#include <cstdint>
#include <vector>

#include "common/core/bottleneck.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// Mean and quantiles of durations, in seconds; all 0 if there are no durations.
struct Latencies {
    std::uint64_t count = 0;  // number of durations, including ages of invoices in flight
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;

    [[nodiscard]] static Latencies of(const Histogram& histogram);
    // Computes mean and quantiles twice, from `arrived` alone and from `arrived` together with `under_way`
    // (the ages of the invoices in flight), and returns the greater value of each. So the figures grow while
    // everything stands still, and a few fresh invoices do not make the pipeline look faster than it was.
    [[nodiscard]] static Latencies of(const Histogram& arrived, const Histogram& under_way);
};

struct ConsumerComparison {
    double items_per_second = 0;
    TimeShares shares;
};

struct Comparison {
    double seconds = 0;  // between the observations; 0: there is nothing to compare
    double acquired_per_second = 0;
    double saved_per_second = 0;
    double stored_per_second = 0;  // into the ledger
    TimeShares producer;
    std::vector<ConsumerComparison> consumers;  // one for each consumer of the later observation
    Latencies waiting;
    Latencies processing;
    Latencies until_durable;
    Advice advice;

    // Compares two observations. Leaves `seconds` 0 if they are of different generations, or if `now` is not
    // later than `earlier`.
    [[nodiscard]] static Comparison of(const Observation& earlier, const Observation& now);
};

// True if the same places had consumers in both observations. Only then can time shares and invoice counts be
// compared.
[[nodiscard]] bool has_same_consumers(const Observation& earlier, const Observation& now) noexcept;

// True if has_same_consumers(), and the source was paused in both observations or in neither. Only then can
// advice be given.
[[nodiscard]] bool is_comparable(const Observation& earlier, const Observation& now) noexcept;

// True if an invoice made progress between the observations.
[[nodiscard]] bool has_moved(const Observation& earlier, const Observation& now) noexcept;

// As has_moved(), but a newly acquired invoice does not count as progress: the producer may go on acquiring
// until the ring is full, even if no consumer works.
[[nodiscard]] bool has_worked(const Observation& earlier, const Observation& now) noexcept;

// Returns when an invoice last made progress, as far as one observation shows it; 0 if none ever did.
[[nodiscard]] std::uint64_t last_moved_ns(const Observation& now) noexcept;
// As last_moved_ns(), but a newly acquired invoice does not count as progress.
[[nodiscard]] std::uint64_t last_worked_ns(const Observation& now) noexcept;

}  // namespace pipeline
