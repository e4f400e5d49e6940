// SPDX-License-Identifier: Apache-2.0
#include "producer/rate_limiter.hpp"

#include "tests/support/catch.hpp"

using pipeline::RateLimiter;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kStart = 5 * kSecond;

// How many items pass from kStart until `duration_ns` later if someone asks every `step_ns`.
std::size_t passed(double rate, std::uint64_t duration_ns, std::uint64_t step_ns) {
    RateLimiter limiter(rate, kStart);
    std::size_t count = 0;
    for (std::uint64_t now = kStart; now <= kStart + duration_ns; now += step_ns) {
        const std::size_t allowed = limiter.allowed(now, 1'000'000'000);
        limiter.take(allowed);
        count += allowed;
    }
    return count;
}

}  // namespace

TEST_CASE("the rate is kept over a long time, however often one asks", "[rate_limiter]") {
    const double rate = GENERATE(0.5, 3.0, 50.0, 999.0, 100'000.0, 20'000'000.0);
    const std::uint64_t step = GENERATE(as<std::uint64_t>{}, 100'000, 1'234'567, 9'999'999);
    const double seconds = rate < 10 ? 60 : 3;
    const auto count = static_cast<double>(passed(rate, static_cast<std::uint64_t>(seconds * 1e9), step));
    INFO("rate " << rate << "/s, asked every " << step << " ns");
    CHECK(count <= rate * seconds + 1);
    CHECK(count >= rate * (seconds - 0.011) - 1);
}

TEST_CASE("the first item passes at once and no burst comes with it", "[rate_limiter]") {
    const double rate = GENERATE(1.0, 1000.0, 1e6);
    RateLimiter limiter(rate, kStart);
    CHECK(limiter.until_next(kStart) == 0ns);
    CHECK(limiter.allowed(kStart, 256) == 1);
    limiter.take(1);
    CHECK(limiter.allowed(kStart, 256) == 0);
}

TEST_CASE("after a long pause no more passes at once than 10 ms are worth", "[rate_limiter]") {
    RateLimiter limiter(100'000, kStart);
    CHECK(limiter.allowed(kStart + 3600 * kSecond, 1'000'000) == 1001);
    CHECK(limiter.allowed(kStart + 3600 * kSecond, 256) == 256);

    RateLimiter slow(2, kStart);
    CHECK(slow.allowed(kStart + 3600 * kSecond, 256) == 1);
}

TEST_CASE("after the time that it names an item is allowed, and not before", "[rate_limiter]") {
    const double rate = GENERATE(0.001, 1.0, 7.0, 1000.0, 3e6);
    RateLimiter limiter(rate, kStart);
    std::uint64_t now = kStart;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(limiter.allowed(now, 1) == 1);
        limiter.take(1);
        const auto wait = static_cast<std::uint64_t>(limiter.until_next(now).count());
        REQUIRE(wait > 0);
        REQUIRE(limiter.allowed(now + wait * 9 / 10, 1) == 0);
        now += wait;
    }
    const double intervals = static_cast<double>(now - kStart) * rate / 1e9;
    CHECK(intervals > 999);
    CHECK(intervals < 1001);
}

TEST_CASE("a wait is never longer than an hour and a clock that goes back does no harm", "[rate_limiter]") {
    RateLimiter limiter(1e-300, kStart);
    limiter.take(1);
    CHECK(limiter.until_next(kStart) == 1h);
    CHECK(limiter.allowed(kStart - kSecond, 5) == 0);
    CHECK(limiter.until_next(kStart - kSecond) == 1h);
}
