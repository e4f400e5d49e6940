// SPDX-License-Identifier: Apache-2.0
// Compares two observations of one pipeline: rates, shares and latencies in between, and whether anything has
// moved. Pure functions. A number that goes backwards, as a damaged segment's may, counts as unchanged.
#pragma once

#include <cstdint>
#include <vector>

#include "common/core/bottleneck.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// Quantiles of durations, in seconds; all 0 if there are none.
struct Latencies {
    std::uint64_t count = 0;  // including those under way, where they count
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;

    [[nodiscard]] static Latencies of(const Histogram& histogram);
    // Also counts invoices that have not arrived yet, with their ages in `under_way`, but only if that makes
    // a figure greater. So figures grow while everything stands still, and a few fresh invoices make nothing
    // look faster than it was.
    [[nodiscard]] static Latencies of(const Histogram& arrived, const Histogram& under_way);
};

struct ConsumerComparison {
    double items_per_second = 0;
    TimeShares shares;
};

struct Comparison {
    double seconds = 0;  // between the two; 0: there is nothing to compare
    double acquired_per_second = 0;
    double saved_per_second = 0;
    double stored_per_second = 0;  // into the ledger
    TimeShares producer;
    std::vector<ConsumerComparison> consumers;  // as in the later Observation::consumers
    Latencies waiting;
    Latencies processing;
    Latencies until_durable;
    Advice advice;

    // Compares two observations of the same generation; those of different ones have nothing to compare.
    [[nodiscard]] static Comparison of(const Observation& earlier, const Observation& now);
};

// True if the same places had consumers. Only then can time shares and invoice counts be compared.
[[nodiscard]] bool has_same_consumers(const Observation& earlier, const Observation& now) noexcept;

// True if, in addition, the source was paused in both or in neither. Only then can advice be given.
[[nodiscard]] bool is_comparable(const Observation& earlier, const Observation& now) noexcept;

// True if an invoice made progress between the two.
[[nodiscard]] bool has_moved(const Observation& earlier, const Observation& now) noexcept;

// The same for acquired invoices only: the source alone may go on until the ring is full.
[[nodiscard]] bool has_worked(const Observation& earlier, const Observation& now) noexcept;

// The time of the last movement, as far as one observation shows it; 0 if nothing ever moved.
[[nodiscard]] std::uint64_t last_moved_ns(const Observation& now) noexcept;
// The same for acquired invoices only.
[[nodiscard]] std::uint64_t last_worked_ns(const Observation& now) noexcept;

}  // namespace pipeline
