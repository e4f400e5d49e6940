// SPDX-License-Identifier: Apache-2.0
// The arithmetic of --rate, with a clock that the test moves.
#include "common/core/pace/permits.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr std::uint64_t kStart = 1'000'000'000'000;

std::uint64_t now_ns = kStart;
std::uint64_t read_clock() noexcept {
    return now_ns;
}

void pass(nanoseconds time) {
    now_ns += static_cast<std::uint64_t>(time.count());
}

struct World {
    World() { now_ns = kStart; }
    [[nodiscard]] Permits permits(double per_second) const {
        return {segments.ring_area(), per_second, read_clock};
    }
    [[nodiscard]] std::atomic<std::uint64_t>& word() const { return segments.ring_area().next_begin_ns; }
    MemorySegments segments{2, 2};
};

std::size_t taken_at_once(Permits& permits) {
    std::size_t count = 0;
    while (permits.take() == 0ns) ++count;
    return count;
}

// When permits were taken by one that asks again as it is told, and wakes up `late` each time.
std::vector<std::uint64_t> times_of(Permits& permits, std::size_t count, nanoseconds late) {
    std::vector<std::uint64_t> times;
    while (times.size() < count) {
        const nanoseconds wait = permits.take();
        if (wait == 0ns) {
            times.push_back(now_ns);
        } else {
            pass(wait + late);
        }
    }
    return times;
}

}  // namespace

TEST_CASE("one attempt begins in a period, whoever asks and however often", "[permits]") {
    const World world;
    std::vector<Permits> consumers(4, world.permits(4));
    std::vector<std::uint64_t> times;
    for (int i = 0; i < 40'000; ++i) {
        if (consumers[static_cast<std::size_t>(i) % 4].take() == 0ns) times.push_back(now_ns);
        pass(100us);
    }
    REQUIRE(times.size() == 16);
    for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] >= 250'000'000);
}

TEST_CASE("what is to be waited is told exactly, and lets nobody begin earlier", "[permits]") {
    const World world;
    Permits permits = world.permits(4);
    CHECK(permits.until_due() == 0ns);
    REQUIRE(permits.take() == 0ns);
    pass(50ms);
    CHECK(permits.take() == 200ms);
    CHECK(permits.until_due() == 200ms);
    pass(200ms - 1ns);
    CHECK(permits.take() == 1ns);
    pass(1ns);
    CHECK(permits.take() == 0ns);
}

TEST_CASE("after a standstill one attempt begins and not what was missed", "[permits]") {
    const World world;
    const double rate = GENERATE(0.01, 4.0, 100.0, 999.0, 1000.0);
    Permits permits = world.permits(rate);
    REQUIRE(taken_at_once(permits) == 1);
    pass(std::chrono::hours(1));
    CHECK(taken_at_once(permits) == 1);
    // The next one is a whole period later.
    const auto wait = permits.until_due();
    CHECK(wait.count() == Approx(1e9 / rate).margin(1));
}

TEST_CASE("at a high rate a standstill leaves what begins within a millisecond, and no more", "[permits]") {
    const World world;
    const double rate = GENERATE(2000.0, 20'000.0, 1'000'000.0);
    Permits permits = world.permits(rate);
    CHECK(taken_at_once(permits) <= static_cast<std::size_t>(rate / 1000));
    pass(std::chrono::hours(1));
    const std::size_t count = taken_at_once(permits);
    CHECK(count <= static_cast<std::size_t>(rate / 1000));
    CHECK(count >= static_cast<std::size_t>(rate / 1000) / 2);
}

TEST_CASE("the rate is kept over a long time although everybody wakes up a little late", "[permits]") {
    const World world;
    const auto [rate, late] =
        GENERATE(table<double, nanoseconds>({{4, 900us}, {100, 900us}, {1000, 400us}, {20'000, 200us}}));
    Permits permits = world.permits(rate);
    constexpr std::size_t kCount = 2000;
    const auto times = times_of(permits, kCount, late);
    const double took = static_cast<double>(times.back() - times.front()) / 1e9;
    INFO(rate << "/s");
    CHECK(took >= (kCount - 1) / rate - 0.001);
    CHECK(took <= (kCount - 1) / rate + 0.002);
}

TEST_CASE("lateness that is made up never brings two attempts together at a low rate", "[permits]") {
    const World world;
    const double rate = GENERATE(4.0, 100.0, 500.0, 1000.0);
    Permits permits = world.permits(rate);
    std::uint64_t before = 0;
    for (int i = 0; i < 1000; ++i) {
        const nanoseconds wait = permits.take();
        if (wait != 0ns) {
            pass(wait + nanoseconds((i * 7919) % 3'000'000));
            continue;
        }
        const double least = 1e9 / rate - std::min(1e6, 0.5e9 / rate) - 1;
        if (before != 0) CHECK(static_cast<double>(now_ns - before) >= least);
        before = now_ns;
    }
}

TEST_CASE("a word that no honest process has written holds nobody up for more than a period", "[permits]") {
    const World world;
    const std::uint64_t word = GENERATE(kStart + 3'600'000'000'000, kStart + 250'000'001,
                                        std::uint64_t{1} << 63U, ~std::uint64_t{0});
    world.word() = word;
    Permits permits = world.permits(4);
    CHECK(permits.until_due() == 250ms);
    CHECK(permits.take() == 250ms);
    CHECK(permits.take() == 250ms);
    pass(250ms);
    CHECK(permits.take() == 0ns);
    CHECK(permits.take() == 250ms);
}

TEST_CASE("a rate that was lower in an earlier run holds nobody up for that one's period", "[permits]") {
    const World world;
    Permits slow = world.permits(0.001);
    REQUIRE(slow.take() == 0ns);
    Permits permits = world.permits(10);
    CHECK(permits.take() == 100ms);
}

TEST_CASE("one that was stopped after it had looked does not set back what others have taken meanwhile",
          "[permits]") {
    const World world;
    static std::atomic<std::uint64_t>* shared;
    shared = &world.word();
    // While the first reading of the clock is on its way, ten seconds pass and another one takes a permit.
    Permits stopped(world.segments.ring_area(), 4, []() noexcept {
        const std::uint64_t read = now_ns;
        if (read == kStart) {
            now_ns += 10'000'000'000;
            *shared = now_ns + 250'000'000;
        }
        return read;
    });
    CHECK(stopped.take() == 250ms);
    CHECK(world.word() == now_ns + 250'000'000);
}

TEST_CASE("the time of some attempts holds at least one and at most a hand of them", "[permits]") {
    CHECK(Permits::begins_in(0.001, 1ms) == 1);
    CHECK(Permits::begins_in(1000, 1ms) == 1);
    CHECK(Permits::begins_in(20'000, 1ms) == 20);
    CHECK(Permits::begins_in(1e9, 1s) == kMaxBatch);
}
