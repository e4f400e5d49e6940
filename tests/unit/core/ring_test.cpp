// SPDX-License-Identifier: Apache-2.0
#include "common/core/ring.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

std::vector<Item> numbers(std::uint64_t first, std::size_t count) {
    std::vector<Item> items(count);
    for (std::size_t i = 0; i < count; ++i) set_number(items[i], first + i);
    return items;
}

// Takes what is in the hand as if it were saved.
std::vector<std::string> take(const Hand& hand) {
    HandWord word = hand.word();
    std::vector<std::string> ids;
    for (std::uint64_t i = word.done; i < word.count; ++i) ids.emplace_back(hand.item(i).shown_id());
    word.done = word.count;
    hand.set_word(word);
    return ids;
}

}  // namespace

TEST_CASE("what is pushed is claimed in the same order, once", "[ring]") {
    const auto capacity = GENERATE(2U, 3U, 8U, 1000U);
    MemorySegments segments(capacity, 2);
    Ring ring = segments.ring();
    const Hand hand = ring.hand(0);
    std::uint64_t next_push = 1;
    std::uint64_t next_claim = 1;
    while (next_claim <= 1000) {
        const auto pushed = ring.push(numbers(next_push, 7));
        REQUIRE(pushed.count <= capacity - 1);
        next_push += pushed.count;
        REQUIRE(ring.claim(hand, 5, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        for (const auto& id : take(hand)) REQUIRE(id == std::to_string(next_claim++));
    }
}

TEST_CASE("a full ring takes nothing and an empty ring gives nothing", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    CHECK(ring.claim(ring.hand(0), 1, nanoseconds(0)) == Ring::ClaimOutcome::Empty);
    CHECK(ring.push(numbers(1, 10)).count == 3);  // one slot stays as evidence
    CHECK(ring.push(numbers(4, 10)).count == 1);
    const auto full = ring.push(numbers(5, 1));
    CHECK(full.outcome == Ring::PushOutcome::Full);
    CHECK(full.count == 0);
}

TEST_CASE("a stop only goes further, until somebody adopts the ring", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    CHECK_FALSE(ring.stop_requested());
    ring.request_stop(StopStep::Drain);
    CHECK(ring.stop_requested());
    CHECK_FALSE(ring.leave_requested());
    ring.request_stop(StopStep::Leave);
    ring.request_stop(StopStep::Drain);
    CHECK(ring.leave_requested());
    ring.reopen();
    CHECK_FALSE(ring.stop_requested());
    CHECK_FALSE(ring.leave_requested());
}

TEST_CASE("a closed ring gives what it has and takes no more", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    REQUIRE(ring.push(numbers(1, 2)).count == 2);
    ring.close();
    ring.close();
    CHECK(ring.push(numbers(3, 1)).outcome == Ring::PushOutcome::Closed);
    const Hand hand = ring.hand(0);
    CHECK(ring.claim(hand, 9, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    CHECK(take(hand).size() == 2);
    CHECK(ring.claim(hand, 9, seconds(10)) == Ring::ClaimOutcome::Closed);
    ring.reopen();
    CHECK(ring.push(numbers(3, 1)).outcome == Ring::PushOutcome::Pushed);
}

TEST_CASE("a ring whose indices are used up takes no more", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    segments.ring_area().tail = kMaxIndex - 1;
    segments.ring_area().head = kMaxIndex - 1;
    CHECK(ring.push(numbers(1, 2)).outcome == Ring::PushOutcome::Closed);
    CHECK(ring.push(numbers(1, 1)).outcome == Ring::PushOutcome::Pushed);
    CHECK(ring.push(numbers(2, 1)).outcome == Ring::PushOutcome::Closed);
    const Hand hand = ring.hand(0);
    CHECK(ring.claim(hand, 1, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    CHECK(hand.word().end() == kMaxIndex);
}

TEST_CASE("a consumer that waits is woken by a push", "[ring]") {
    MemorySegments segments(8, 2);
    Ring ring = segments.ring();
    const Hand hand = ring.hand(3);
    Ring::ClaimOutcome outcome{};
    const auto began = std::chrono::steady_clock::now();
    std::thread consumer([&] { outcome = Ring(ring).claim(hand, 8, seconds(30)); });
    // The flag is up once the consumer is about to sleep.
    while (segments.ring_area().items.waiting.load() == 0 &&
           std::chrono::steady_clock::now() - began < seconds(30)) {
        std::this_thread::yield();
    }
    REQUIRE(ring.push(numbers(1, 1)).count == 1);
    consumer.join();
    CHECK(outcome == Ring::ClaimOutcome::Claimed);
    CHECK(std::chrono::steady_clock::now() - began < seconds(30));
}

TEST_CASE("consumers that wait, and those that wait behind them, come back when they are called", "[ring]") {
    MemorySegments segments(4, 2);
    std::array<Ring::ClaimOutcome, 3> outcomes{};
    std::vector<std::thread> consumers;
    for (std::size_t place = 0; place < outcomes.size(); ++place) {
        consumers.emplace_back([&, place] {
            Ring ring = segments.ring();
            outcomes[place] = ring.claim(ring.hand(place), 1, std::chrono::hours(1));
        });
    }
    // Whoever is asleep wakes, whoever comes later does not fall asleep.
    segments.ring().call_consumers();
    for (auto& consumer : consumers) consumer.join();
    for (const auto outcome : outcomes) CHECK(outcome == Ring::ClaimOutcome::Called);
}

TEST_CASE("a call is heard once, and not instead of items", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    const Hand hand = ring.hand(0);
    ring.call_consumers();
    CHECK(ring.claim(hand, 1, nanoseconds(0)) == Ring::ClaimOutcome::Called);
    CHECK(ring.claim(hand, 1, nanoseconds(0)) == Ring::ClaimOutcome::Empty);
    ring.call_consumers();
    REQUIRE(ring.push(numbers(1, 1)).count == 1);
    CHECK(ring.claim(hand, 1, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    CHECK(take(hand) == std::vector<std::string>{"1"});
    hand.set_word({0, 1, 1});
    CHECK(ring.claim(hand, 1, nanoseconds(0)) == Ring::ClaimOutcome::Called);
}

TEST_CASE("a claim whose head was not moved is settled by the next owner", "[ring]") {
    MemorySegments segments(8, 2);
    Ring ring = segments.ring();
    REQUIRE(ring.push(numbers(1, 5)).count == 5);
    // The owner of the pop lock dies after the commit word of its claim and before the head.
    die_holding(segments.ring_area().pop_lock, [&] {
        Hand hand = ring.hand(0);
        for (std::uint64_t i = 0; i < 3; ++i) hand.item(i).copy_from(ring.slot(i));
        hand.set_word({0, 3, 0});
    });
    const Hand other = ring.hand(1);
    REQUIRE(ring.claim(other, 9, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    CHECK(take(other) == std::vector<std::string>{"4", "5"});
    CHECK(take(ring.hand(0)) == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("the producer hears of the room that settling a dead consumer's claim makes", "[ring]") {
    MemorySegments segments(4, 2);
    Ring ring = segments.ring();
    REQUIRE(ring.push(numbers(1, 3)).count == 3);
    REQUIRE(ring.push(numbers(4, 1)).count == 1);
    die_holding(segments.ring_area().pop_lock, [&] { ring.hand(0).set_word({0, 4, 0}); });
    // The producer sleeps before a ring that is full still: its room comes with the settling, not with a
    // claim.
    segments.ring_area().producer.waiting = 1;
    const std::uint32_t sequence = segments.ring_area().producer.sequence;
    REQUIRE(ring.claim(ring.hand(1), 9, nanoseconds(0)) == Ring::ClaimOutcome::Empty);
    CHECK(ring.has_room());
    CHECK(segments.ring_area().producer.waiting == 0);
    CHECK(segments.ring_area().producer.sequence != sequence);
}

TEST_CASE("producer and consumers in parallel move every item once", "[ring]") {
    constexpr std::uint64_t kItems = 20'000;
    const auto capacity = GENERATE(2U, 16U, 1024U);
    MemorySegments segments(capacity, 2);
    std::array<std::vector<std::string>, 3> taken;
    std::vector<std::thread> consumers;
    for (std::size_t place = 0; place < taken.size(); ++place) {
        consumers.emplace_back([&, place] {
            Ring ring = segments.ring();
            const Hand hand = ring.hand(place);
            const auto deadline = std::chrono::steady_clock::now() + seconds(60);
            while (std::chrono::steady_clock::now() < deadline) {
                const auto outcome = ring.claim(hand, 1 + place * 7, std::chrono::milliseconds(100));
                if (outcome == Ring::ClaimOutcome::Closed) return;
                for (auto& id : take(hand)) taken[place].push_back(std::move(id));
            }
        });
    }
    Ring ring = segments.ring();
    std::uint64_t next = 1;
    while (next <= kItems) {
        const auto pushed = ring.push(numbers(next, std::min<std::uint64_t>(5, kItems + 1 - next)));
        next += pushed.count;
        if (pushed.outcome == Ring::PushOutcome::Full) {
            static_cast<void>(ring.area().producer.wait_for(std::chrono::milliseconds(100),
                                                            [&] { return ring.has_room(); }));
        }
    }
    ring.close();
    for (auto& consumer : consumers) consumer.join();
    std::vector<bool> seen(kItems + 1);
    std::size_t count = 0;
    for (const auto& ids : taken) {
        for (const auto& id : ids) {
            const auto number = std::stoull(id);
            REQUIRE(number <= kItems);
            REQUIRE_FALSE(seen[number]);
            seen[number] = true;
            ++count;
        }
    }
    CHECK(count == kItems);
}

TEST_CASE("a word of the ring that cannot be stops the operation that meets it", "[ring]") {
    MemorySegments segments(8, 8);
    Ring ring = segments.ring();
    RingArea& area = segments.ring_area();
    const Hand hand = ring.hand(0);
    REQUIRE(ring.push(numbers(1, 4)).count == 4);
    const auto claims = [&] { static_cast<void>(ring.claim(hand, 2, nanoseconds(0))); };
    SECTION("a head beyond the tail") {
        area.head = 5;
        CHECK_THROWS_AS(claims(), DamagedMemory);
        Ring producer = segments.ring();
        CHECK_THROWS_AS(producer.push(numbers(5, 8)), DamagedMemory);
    }
    SECTION("a tail further on than the capacity") {
        area.tail = 9;
        CHECK_THROWS_AS(claims(), DamagedMemory);
        Ring producer = segments.ring();
        CHECK_THROWS_AS(producer.push(numbers(5, 1)), DamagedMemory);
    }
    SECTION("a tail beyond what was pushed") {
        area.tail = 5;
        claims();
        static_cast<void>(take(hand));
        claims();
        static_cast<void>(take(hand));
        CHECK_THROWS_AS(claims(), DamagedMemory);
        CHECK_THROWS_AS(ring.require_tail(4), DamagedMemory);
    }
    SECTION("a slot without an id") {
        ring.slot(1).id_length = 0;
        CHECK_THROWS_AS(claims(), DamagedMemory);
        CHECK(ring.head() == 0);
    }
    SECTION("a hand that counts more than it can hold") {
        area.hands[0].word = HandWord{0, kMaxBatch + 1, 0}.pack();
        CHECK_THROWS_AS(claims(), DamagedMemory);
        CHECK_THROWS_AS(hand.word(), DamagedMemory);
    }
    SECTION("another hand that counts more than it can hold, when the lock's owner has died") {
        die_holding(area.pop_lock, [&] { area.hands[1].word = HandWord{0, kMaxBatch + 1, 0}.pack(); });
        // In a thread that ends: it keeps the lock, as the process would that stops.
        bool is_refused = false;
        std::thread([&] {
            try {
                claims();
            } catch (const DamagedMemory&) {
                is_refused = true;
            }
        }).join();
        CHECK(is_refused);
        CHECK(ring.head() == 0);
    }
    SECTION("a hand that claims again before it is empty") {
        area.hands[0].word = HandWord{0, 2, 1}.pack();
        CHECK_THROWS_AS(claims(), DamagedMemory);
    }
    SECTION("what another process has found") {
        area.damaged = 1;
        CHECK_THROWS_AS(claims(), DamagedMemory);
        CHECK_THROWS_AS(ring.push(numbers(5, 1)), DamagedMemory);
    }
}

TEST_CASE("a lock that nobody holds and nobody can have stops those who want it", "[ring]") {
    MemorySegments segments(8, 8);
    Ring ring = segments.ring();
    auto& word = reinterpret_cast<std::uint32_t&>(segments.ring_area().push_lock);
    // Waiters without an owner; the id of no thread; the one that waits for it.
    word = GENERATE(0x80000000U, 0x3fffffffU, static_cast<std::uint32_t>(::getpid()));
    CHECK_THROWS_AS(ring.push(numbers(1, 1)), DamagedMemory);
}
