// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/watch.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// Puts an invoice into the ring, which was acquired then.
void push_one(const MemorySegments& segments, Watch::TimePoint acquired) {
    Item item;
    set_number(item, 1);
    item.acquired_ns = static_cast<std::uint64_t>(acquired.time_since_epoch().count());
    REQUIRE(segments.ring().push(std::span(&item, 1)).count == 1);
}

// Holds one of the four locks, as it looks from outside.
struct Held {
    std::string name;
    RobustMutex& lock;
    bool may_wait;  // its owner may wait without a beat: for the disk
};

Held held_lock(const MemorySegments& segments, const std::string& name) {
    RingArea& ring = segments.ring_area();
    StorageArea& storage = segments.storage_area();
    if (name == "push") return {name, ring.push_lock, false};
    if (name == "pop") return {name, ring.pop_lock, false};
    if (name == "save") return {name, storage.save_lock, false};
    return {name, storage.flush_lock, true};
}

// Looks as often as the supervisor does, for `duration`, and returns what was told.
std::vector<Watch::Stalled> look_for(Watch& watch, Watch::TimePoint& now, seconds duration) {
    std::vector<Watch::Stalled> told;
    for (const auto until = now + duration; now < until; now += watch.tick()) {
        for (const auto& stalled : watch.look(now)) told.push_back(stalled);
    }
    return told;
}

}  // namespace

TEST_CASE("an invoice that takes too long is told once, in each attempt", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(10));
    const Hand hand = segments.ring().hand(7);
    set_number(hand.item(0), 1);
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
    Watch watch(segments.ring(), segments.storage(), seconds(60));
    const auto guard = segments.ring_area().pop_lock.lock([] {});
    Watch::TimePoint now{seconds(1000)};
    CHECK(watch.tick() == Watch::kIdleTick);
    for (int i = 0; i < 20; ++i) CHECK(watch.look(now += watch.tick()).empty());

    const auto after = milliseconds(GENERATE(1, 90, 400, 600, 999, 1599, 1601, 2999, 3999));
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

TEST_CASE("an owner of a lock that makes no beat is told once, unless it may wait for the disk", "[watch]") {
    const MemorySegments segments(4, 4);
    push_one(segments, Watch::TimePoint{seconds(999)});
    const Held held = held_lock(segments, GENERATE("push", "pop", "save", "flush"));
    CAPTURE(held.name);
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    Watch::TimePoint now{seconds(1000)};
    {
        const auto guard = held.lock.lock([] {});
        const auto told = look_for(watch, now, seconds(60));
        CHECK(told.size() == (held.may_wait ? 0 : 1));
        for (const auto& stalled : told) {
            CHECK(stalled.why == Watch::Stalled::Why::HoldsLock);
            CHECK(stalled.process.pid == held.lock.owner());
        }
    }
    CHECK(look_for(watch, now, seconds(60)).empty());
    const auto again = held.lock.lock([] {});  // a new stall, though by the same thread
    CHECK(look_for(watch, now, seconds(60)).size() == (held.may_wait ? 0 : 1));
}

TEST_CASE("an owner that died is not told: another process may have its pid by now", "[watch]") {
    const MemorySegments segments(4, 4);
    push_one(segments, Watch::TimePoint{seconds(999)});
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    die_holding(segments.ring_area().pop_lock, [] {});
    CHECK(segments.ring_area().pop_lock.owner() != 0);
    Watch::TimePoint now{seconds(1000)};
    CHECK(look_for(watch, now, seconds(60)).empty());
}

TEST_CASE("one that flushes for long is told once it is stopped", "[watch]") {
    const std::string name = fmt::format("unit-{}-watch", ::getpid());
    const Segments segments = Segments::create(name, {4, 4, "sequence", "none", 1, true});
    segments.unlink();
    RobustMutex& lock = segments.storage().area().flush_lock;
    pid_t child = -1;
    // A thread that has never locked forks: the child's lock then says the child's own pid.
    std::thread([&] {
        child = ::fork();
        if (child != 0) return;
        const auto guard = lock.lock([] {});
        ::raise(SIGSTOP);
        ::_exit(0);
    }).join();
    siginfo_t state{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &state, WSTOPPED | WNOWAIT) == 0);
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    Watch::TimePoint now{seconds(1000)};
    const auto told = look_for(watch, now, seconds(60));
    ::kill(child, SIGKILL);
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &state, WEXITED) == 0);
    REQUIRE(told.size() == 1);
    CHECK(told[0].process.pid == static_cast<std::uint32_t>(child));
    CHECK(told[0].why == Watch::Stalled::Why::HoldsLock);
}

TEST_CASE("each place has a time of its own, and places that are not asked for are not told", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(10));
    for (const std::size_t place : {std::size_t{0}, std::size_t{1}, kMaxPlaces - 1}) {
        const Hand hand = segments.ring().hand(place);
        hand.take_over({static_cast<std::uint32_t>(100 + place), 1});
        hand.begin_work(0, 0);
    }
    Watch::TimePoint now{seconds(1000)};
    CHECK(watch.look(now, 2).empty());
    segments.ring().hand(1).begin_work(1, 0);  // the next invoice
    CHECK(watch.look(now += watch.tick(), 2).empty());
    std::vector<std::uint16_t> told;
    for (const auto until = now + seconds(60); now < until; now += watch.tick()) {
        for (const auto& stalled : watch.look(now, 2)) told.push_back(stalled.place);
    }
    CHECK(told == std::vector<std::uint16_t>{0, 1});
}

TEST_CASE("an invoice without a time limit is never told", "[watch]") {
    const MemorySegments segments(4, 4);
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    segments.ring().hand(0).begin_work(0, 0);
    Watch::TimePoint now{seconds(1000)};
    CHECK(look_for(watch, now, seconds(100'000)).empty());
}

TEST_CASE("a lock whose word names a process that has not taken it is told, and only after long", "[watch]") {
    const MemorySegments segments(4, 4);
    push_one(segments, Watch::TimePoint{seconds(999)});
    Watch watch(segments.ring(), segments.storage(), seconds(0));
    const Held held = held_lock(segments, GENERATE("push", "pop", "save", "flush"));
    INFO(held.name);
    Watch::TimePoint now{seconds(1000)};
    CHECK(look_for(watch, now, seconds(60)).empty());
    const auto self = static_cast<std::uint32_t>(::getpid());
    reinterpret_cast<std::uint32_t&>(held.lock) = self;
    CHECK(look_for(watch, now, Watch::kNoOwnerPatience - seconds(1)).empty());
    const auto told = look_for(watch, now, seconds(60));
    REQUIRE(told.size() == 1);
    CHECK(told.front().why == Watch::Stalled::Why::IsNoOwner);
    CHECK(told.front().process.pid == self);
    reinterpret_cast<std::uint32_t&>(held.lock) = 0;
}
