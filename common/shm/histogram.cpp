// SPDX-License-Identifier: Apache-2.0
#include "common/shm/histogram.hpp"

#include <cmath>
#include <numeric>
#include <tuple>

namespace pipeline {
namespace {

std::uint64_t gained(std::uint64_t now, std::uint64_t earlier) noexcept {
    return now > earlier ? now - earlier : 0;
}

}  // namespace

Histogram::Histogram(const HistogramArea& area) : Histogram() {
    std::transform(area.counts.begin(), area.counts.end(), counts_.begin(),
                   [](const auto& count) { return count.load(std::memory_order_relaxed); });
    sum_units_ = area.sum_units.load(std::memory_order_relaxed);
    sum_rest_ns_ = area.sum_rest_ns.load(std::memory_order_relaxed);
}

Histogram& Histogram::operator+=(const Histogram& other) noexcept {
    std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(), std::plus<>());
    sum_units_ += other.sum_units_;
    sum_rest_ns_ += other.sum_rest_ns_;
    sum_units_ += sum_rest_ns_ >> HistogramArea::kUnitBits;
    sum_rest_ns_ &= (1U << HistogramArea::kUnitBits) - 1;
    return *this;
}

Histogram Histogram::since(const Histogram& earlier) const {
    Histogram difference;
    std::transform(counts_.begin(), counts_.end(), earlier.counts_.begin(), difference.counts_.begin(),
                   gained);
    if (std::tie(sum_units_, sum_rest_ns_) > std::tie(earlier.sum_units_, earlier.sum_rest_ns_)) {
        const bool borrows = sum_rest_ns_ < earlier.sum_rest_ns_;
        difference.sum_units_ = sum_units_ - earlier.sum_units_ - (borrows ? 1 : 0);
        difference.sum_rest_ns_ =
            sum_rest_ns_ - earlier.sum_rest_ns_ + (borrows ? 1U << HistogramArea::kUnitBits : 0U);
    }
    return difference;
}

std::uint64_t Histogram::total() const noexcept {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Histogram::below(std::uint64_t ns) const noexcept {
    const auto end = counts_.begin() + static_cast<std::ptrdiff_t>(HistogramScale::bucket(ns));
    return std::accumulate(counts_.begin(), end, std::uint64_t{0});
}

std::uint64_t Histogram::quantile(double p) const noexcept {
    const std::uint64_t all = total();
    if (all == 0) return 0;
    const auto rank = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * static_cast<double>(all))));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        seen += counts_[bucket];
        if (seen >= rank) return HistogramScale::middle(bucket);
    }
    return HistogramScale::middle(counts_.size() - 1);
}

}  // namespace pipeline
