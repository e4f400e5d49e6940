// SPDX-License-Identifier: Apache-2.0
// The supervisor's decisions, without a pipeline: when to start again, whom to kill, what to report.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <span>
#include <string>

#include "supervisor/reaper.hpp"
#include "supervisor/report.hpp"
#include "supervisor/watch/progress.hpp"
#include "supervisor/watch/watch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("only exit statuses that speak of the set-up are permanent", "[restart]") {
    const auto exited = [](int status) { return permanent_failure(status << 8); };
    CHECK(exited(64) == ExitStatus::Usage);
    CHECK(exited(66) == ExitStatus::NoInput);
    CHECK(exited(73) == ExitStatus::CannotCreate);
    CHECK(exited(78) == ExitStatus::Configuration);
    CHECK_FALSE(exited(0));
    CHECK_FALSE(exited(3));
    CHECK_FALSE(exited(70));
    CHECK_FALSE(permanent_failure(9));  // a signal
}

TEST_CASE("an invoice that takes too long is told once, in each attempt", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(10));
    const Hand hand = segments.ring().hand(7);
    hand.set_word({0, 1, 0});
    hand.take_over({4711, 1});
    hand.begin_work(0, 0);
    Watch::TimePoint now{seconds(1000)};
    const auto look = [&] {
        now += watch.tick();
        return watch.look(now);
    };
    int told = 0;
    for (int i = 0; i < 100; ++i) {
        for (const auto& stalled : look()) {
            CHECK(stalled.process == ProcessId{4711, 1});
            CHECK(stalled.place == 7);
            CHECK(stalled.why == Watch::Stalled::Why::ItemTimeout);
            CHECK(now - Watch::TimePoint{seconds(1000)} >= seconds(10));
            ++told;
        }
    }
    CHECK(told == 1);
    hand.take_over({4712, 1});
    hand.begin_work(0, 0);
    for (int i = 0; i < 100; ++i) told += static_cast<int>(look().size());
    CHECK(told == 2);
    hand.end_work();
    for (int i = 0; i < 100; ++i) told += static_cast<int>(look().size());
    CHECK(told == 2);
}

// Puts an invoice into the ring, which was acquired then.
void push_one(const MemorySegments& segments, Watch::TimePoint acquired) {
    Item item;
    set_number(item, 1);
    item.acquired_ns = static_cast<std::uint64_t>(acquired.time_since_epoch().count());
    REQUIRE(segments.ring().push(std::span(&item, 1)).count == 1);
}

TEST_CASE("a lock that is held without a beat is told, and one with a beat is not", "[watch]") {
    const MemorySegments segments(4, 4);
    push_one(segments, Watch::TimePoint{seconds(999)});
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    const auto guard = segments.ring_area().pop_lock.lock([] {});
    Watch::TimePoint now{seconds(1000)};
    std::size_t told = 0;
    for (int i = 0; i < 20; ++i) {
        segments.ring_area().pop_lock.beat();
        told += watch.look(now += watch.tick()).size();
    }
    CHECK(told == 0);
    for (int i = 0; i < 20; ++i) {
        for (const auto& stalled : watch.look(now += watch.tick())) {
            CHECK(stalled.why == Watch::Stalled::Why::HoldsLock);
            CHECK(stalled.process.pid == segments.ring_area().pop_lock.owner());
            ++told;
        }
    }
    CHECK(told == 1);
}

TEST_CASE("who waits for items in an empty ring holds up nobody, until there is something to take",
          "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(30));
    const auto guard = segments.ring_area().pop_lock.lock([] {});
    Watch::TimePoint now{seconds(1000)};
    CHECK(watch.tick() == Watch::kIdleTick);
    for (int i = 0; i < 20; ++i) CHECK(watch.look(now += watch.tick()).empty());

    const auto after = milliseconds(GENERATE(1, 90, 400, 600, 999, 1599, 1601, 2999));
    const Watch::TimePoint acquired = now + after;
    push_one(segments, acquired);
    now += Watch::kIdleTick;
    while (watch.look(now).empty()) {
        REQUIRE(now - acquired < Watch::kIdleTick);
        now += watch.tick();
    }
    CHECK(now - acquired >= Watch::kLockPatience);
    CHECK(now - acquired <= Watch::kIdleTick);
}

TEST_CASE("the watch looks often while a child is stopped", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    const Watch::TimePoint now{seconds(1000)};
    CHECK(watch.look(now).empty());
    CHECK(watch.tick() == Watch::kIdleTick);
    const pid_t child = ::fork();
    if (child == 0) {
        ::raise(SIGSTOP);
        ::_exit(0);
    }
    siginfo_t told{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &told, WSTOPPED | WNOWAIT) == 0);
    CHECK(watch.look(now + seconds(1)).empty());
    CHECK(watch.tick() == milliseconds(500));
    ::kill(child, SIGCONT);
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &told, WEXITED) == 0);
    CHECK(watch.look(now + seconds(2)).empty());
    CHECK(watch.tick() == Watch::kIdleTick);
}

TEST_CASE("the watch looks less often only while nothing is in flight and no item timeout is short",
          "[watch]") {
    const MemorySegments segments(4, 4);
    const auto tick = [&](auto item_timeout) {
        return Watch(segments.ring(), segments.storage(), item_timeout).tick();
    };
    CHECK(tick(milliseconds(200)) == milliseconds(20));
    CHECK(tick(seconds(8)) == milliseconds(800));
    CHECK(tick(seconds(60)) == Watch::kIdleTick);
    const Watch watch(segments.ring(), segments.storage(), seconds(0));
    CHECK(watch.tick() == Watch::kIdleTick);
    push_one(segments, Watch::TimePoint{seconds(1)});
    CHECK(watch.tick() == milliseconds(500));
}

TEST_CASE("nobody is blamed for the time in which the watch itself was stopped", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(1));
    const auto guard = segments.ring_area().pop_lock.lock([] {});
    segments.ring().hand(0).begin_work(0, 0);
    CHECK(watch.look(Watch::TimePoint{seconds(1000)}).empty());
    CHECK(watch.look(Watch::TimePoint{seconds(2000)}).empty());
}

TEST_CASE("a report balances and can be read by people and programs", "[report]") {
    Report report;
    report.acquired = 12;
    report.outcomes = {5, 2, 1, 3};
    report.duration = milliseconds(500);
    CHECK(report.in_flight() == 1);
    CHECK(
        report.json() ==
        R"({"acquired":12,"booked":5,"rejected":2,"failed":1,"duplicates":3,"in_flight":1,"seconds":0.500000,"rate":22.0})");
    CHECK(report.text().find("in flight              1") != std::string::npos);
    report.outcomes.booked = 6;
    CHECK(report.text().find("in flight") == std::string::npos);
}

TEST_CASE("the progress line says what is left, if that is known", "[progress]") {
    CHECK(Progress::line(5, 2, 0, 10) == "5 done, 2 in flight, 10/s");
    CHECK(Progress::line(50, 10, 100, 10) == "50/100 done (50 %), 10 in flight, 10/s, 5 s left");
    CHECK(Progress::line(100, 0, 100, 10) == "100/100 done (100 %), 0 in flight, 10/s");
    CHECK(Progress::line(0, 0, 100, 0) == "0/100 done (0 %), 0 in flight, 0/s");
    CHECK(Progress::line(1, 0, 1'000'001, 10) == "1/1000001 done (0 %), 0 in flight, 10/s, 28 h left");
}
