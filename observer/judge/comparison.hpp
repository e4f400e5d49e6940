// SPDX-License-Identifier: Apache-2.0
// What two observations of one pipeline say together: rates, shares and latencies of the time between them,
// and whether anything has moved. Pure functions; numbers that go backwards, as a damaged segment's may,
// count as not having changed.
#pragma once

#include <cstdint>
#include <vector>

#include "common/core/bottleneck.hpp"
#include "observer/see/observation.hpp"

namespace pipeline {

// Of durations, in seconds; all 0 if there are none.
struct Latencies {
    std::uint64_t count = 0;  // with what is under way, where that counts
    double mean = 0;
    double p50 = 0;
    double p99 = 0;
    double p999 = 0;

    [[nodiscard]] static Latencies of(const Histogram& histogram);
    // The same with what has not arrived yet, and has taken so long as `under_way` says until now. That makes
    // a figure greater or leaves it as it is: where everything stands still they grow, and a few that have
    // just begun make nothing look faster than it was.
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
    std::vector<ConsumerComparison> consumers;  // as Observation::consumers of the later one
    Latencies waiting;
    Latencies processing;
    Latencies until_durable;
    Advice advice;

    // Of two observations of the same generation; nothing to compare if they are of different ones.
    [[nodiscard]] static Comparison of(const Observation& earlier, const Observation& now);
};

// True if the same places had consumers. Only then do shares of their times and counts of invoices belong
// together.
[[nodiscard]] bool has_same_consumers(const Observation& earlier, const Observation& now) noexcept;

// True if besides the source was paused both times, or neither: then advice can be given.
[[nodiscard]] bool is_comparable(const Observation& earlier, const Observation& now) noexcept;

// True if an invoice has got further between the two.
[[nodiscard]] bool has_moved(const Observation& earlier, const Observation& now) noexcept;

// The same of invoices that had been acquired: the source alone may go on until the ring is full.
[[nodiscard]] bool has_worked(const Observation& earlier, const Observation& now) noexcept;

// When something moved last, as far as a single observation can tell; 0 if nothing ever has.
[[nodiscard]] std::uint64_t last_moved_ns(const Observation& now) noexcept;
// The same of invoices that had been acquired.
[[nodiscard]] std::uint64_t last_worked_ns(const Observation& now) noexcept;

}  // namespace pipeline
