// SPDX-License-Identifier: Apache-2.0
#include "common/shm/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << HistogramScale::kValueBits;

TEST_CASE("buckets of a histogram follow each other without a gap") {
    REQUIRE(HistogramScale::least(0) == 0);
    for (std::size_t bucket = 0; bucket < HistogramScale::kBuckets; ++bucket) {
        const std::uint64_t least = HistogramScale::least(bucket);
        const std::uint64_t next = HistogramScale::least(bucket + 1);
        REQUIRE(least < next);
        REQUIRE(HistogramScale::bucket(least) == bucket);
        REQUIRE(HistogramScale::bucket(next - 1) == bucket);
    }
    REQUIRE(HistogramScale::least(HistogramScale::kBuckets) == kMost);
}

TEST_CASE("the middle of a bucket is at most a 64th from each value in it") {
    for (std::size_t bucket = 1; bucket < HistogramScale::kBuckets; ++bucket) {
        const auto middle = static_cast<double>(HistogramScale::middle(bucket));
        for (const std::uint64_t value :
             {HistogramScale::least(bucket), HistogramScale::least(bucket + 1) - 1}) {
            const auto exact = static_cast<double>(value);
            REQUIRE(std::abs(middle - exact) <= exact / 64);
        }
    }
}

TEST_CASE("what is beyond the scale counts as the longest") {
    REQUIRE(HistogramScale::bucket(kMost) == HistogramScale::kBuckets - 1);
    REQUIRE(HistogramScale::bucket(std::numeric_limits<std::uint64_t>::max()) ==
            HistogramScale::kBuckets - 1);
}

TEST_CASE("quantiles are those of the values, within a 64th") {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> durations(12, 3);
    auto area = std::make_unique<HistogramArea>();
    std::vector<std::uint64_t> values(100'000);
    std::uint64_t sum = 0;
    for (auto& value : values) {
        value = static_cast<std::uint64_t>(durations(random)) + 1;
        area->add(value, 1);
        sum += value;
    }
    std::sort(values.begin(), values.end());
    const Histogram histogram(*area);
    REQUIRE(histogram.total() == values.size());
    REQUIRE(histogram.sum_ns() == static_cast<double>(sum));
    for (const double p : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto exact = static_cast<double>(
            values[static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size()))) - 1]);
        CAPTURE(p, exact);
        CHECK(std::abs(static_cast<double>(histogram.quantile(p)) - exact) <= exact / 64);
    }
}

TEST_CASE("a histogram without values has no total and a quantile of 0") {
    const Histogram none;
    CHECK(none.total() == 0);
    CHECK(none.quantile(0.99) == 0);
}

TEST_CASE("histograms are added, and what has come since an earlier look is told apart") {
    auto first = std::make_unique<HistogramArea>();
    auto second = std::make_unique<HistogramArea>();
    first->add(10, 3);
    second->add(1'000, 1);
    Histogram sum(*first);
    sum += Histogram(*second);
    CHECK(sum.total() == 4);
    CHECK(sum.sum_ns() == 1'030);
    CHECK(sum.quantile(0.75) == 10);

    const Histogram earlier(*first);
    first->add(2'000, 5);
    const Histogram since = Histogram(*first).since(earlier);
    CHECK(since.total() == 5);
    CHECK(since.quantile(0.01) == HistogramScale::middle(HistogramScale::bucket(2'000)));

    // The area of a new pipeline, which has counted less.
    CHECK(earlier.since(Histogram(*first)).total() == 0);
    CHECK(earlier.since(Histogram(*first)).sum_ns() == 0);
}

TEST_CASE("the sum of a histogram outlives what 64 bits of nanoseconds hold") {
    auto area = std::make_unique<HistogramArea>();
    constexpr std::uint64_t kDay = 86'400'000'000'000;
    const Histogram none(*area);
    for (int i = 0; i < 1000; ++i) area->add(kDay, 1'000);  // 8.64e19 ns
    const Histogram before(*area);
    CHECK(std::abs(before.sum_ns() - 8.64e19) < 1e6);
    area->add(1'023, 1);
    area->add(1, 2);
    CHECK(Histogram(*area).since(before).sum_ns() == 1'025);
    CHECK(std::abs(Histogram(*area).since(none).sum_ns() - 8.64e19) < 1e6);
}

TEST_CASE("counts below a bucket's least value are exact") {
    auto area = std::make_unique<HistogramArea>();
    area->add(1'023, 2);
    area->add(1'024, 4);
    CHECK(Histogram(*area).below(1'024) == 2);
    CHECK(Histogram(*area).below(kMost) == 6);
}

}  // namespace
}  // namespace pipeline
