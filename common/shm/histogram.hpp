// SPDX-License-Identifier: Apache-2.0
// Histograms of durations in fixed memory: log-linear buckets, as in HdrHistogram (hdrhistogram.org). The
// range from each power of two to the next is divided into 32 equal buckets, so the middle of a bucket
// differs from each value in it by at most 1/64 (1.6 %).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pipeline {

struct HistogramScale {
    static constexpr unsigned kStepBits = 5;
    static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
    static constexpr unsigned kValueBits = 42;  // longer values are clamped to 2^42 ns, 73 minutes
    static constexpr std::size_t kBuckets = (kValueBits - kStepBits + 1) * kSteps;

    [[nodiscard]] static constexpr std::size_t bucket(std::uint64_t ns) noexcept {
        const std::uint64_t value = std::min(ns, (std::uint64_t{1} << kValueBits) - 1);
        const auto width = static_cast<unsigned>(std::bit_width(value));
        const unsigned shift = width > kStepBits + 1 ? width - (kStepBits + 1) : 0;
        return shift * kSteps + static_cast<std::size_t>(value >> shift);
    }
    // Returns the least value of a bucket. least(kBuckets) is one more than the greatest value of all.
    [[nodiscard]] static constexpr std::uint64_t least(std::size_t bucket) noexcept {
        if (bucket < 2 * kSteps) return bucket;
        const std::size_t shift = bucket / kSteps - 1;
        return (std::uint64_t{bucket} - shift * kSteps) << shift;
    }
    [[nodiscard]] static constexpr std::uint64_t middle(std::size_t bucket) noexcept {
        return least(bucket) + (least(bucket + 1) - 1 - least(bucket)) / 2;
    }
};

// A histogram in shared memory. It has one writer at a time. Any process may read it, but reads its counts
// one after another while the writer may change them.
struct HistogramArea {
    // The sum of all values is kept in units of 1,024 ns and a remainder. In nanoseconds, 64 bits would
    // overflow after 584 years of summed waiting, which 100,000 waiting items reach in two days; in these
    // units, 64 bits last 1,024 times as long. A kill within add() may leave the sum without the new value,
    // or wrong by less than a unit. That is harmless, because the sum is only displayed.
    static constexpr unsigned kUnitBits = 10;

    std::array<std::atomic<std::uint64_t>, HistogramScale::kBuckets> counts;
    std::atomic<std::uint64_t> sum_units;
    std::atomic<std::uint64_t> sum_rest_ns;

    void add(std::uint64_t ns, std::uint64_t times) noexcept {
        bump(counts[HistogramScale::bucket(ns)], times);
        const std::uint64_t rest = sum_rest_ns.load(std::memory_order_relaxed) + ns * times;
        if (rest >> kUnitBits != 0) bump(sum_units, rest >> kUnitBits);
        sum_rest_ns.store(rest & ((1U << kUnitBits) - 1), std::memory_order_relaxed);
    }

  private:
    // There is only one writer, so a load and a store suffice, without an atomic addition.
    static void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
        counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
};

// A copy of a HistogramArea in this process's own memory, for calculations.
class Histogram {
  public:
    Histogram() : counts_(HistogramScale::kBuckets) {}
    explicit Histogram(const HistogramArea& area);

    // Adds the counts and the sum of `other`.
    Histogram& operator+=(const Histogram& other) noexcept;
    // Returns the values counted since `earlier`, an older copy of the same histogram. If a count is lower
    // than in `earlier`, the area now belongs to another pipeline, and the count in the result is 0.
    [[nodiscard]] Histogram since(const Histogram& earlier) const;

    [[nodiscard]] std::uint64_t total() const noexcept;
    // Returns the sum of all values, in nanoseconds; exact up to 2^53 ns, 104 days.
    [[nodiscard]] double sum_ns() const noexcept {
        return static_cast<double>(sum_units_) * (1U << HistogramArea::kUnitBits) +
               static_cast<double>(sum_rest_ns_);
    }
    // Returns how many values are less than `ns`; exact if `ns` is a bucket's least value.
    [[nodiscard]] std::uint64_t below(std::uint64_t ns) const noexcept;
    // Returns the p-quantile (0 < p <= 1) in nanoseconds, exact to 1/64; 0 if there are no values.
    [[nodiscard]] std::uint64_t quantile(double p) const noexcept;

  private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t sum_units_ = 0;
    std::uint64_t sum_rest_ns_ = 0;
};

}  // namespace pipeline
