// SPDX-License-Identifier: Apache-2.0
#include "common/core/storage.hpp"

#include <array>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;

namespace {

// Pushes the numbers first.. and claims them for `place`.
Hand claimed(Ring& ring, std::size_t place, std::uint64_t first, std::size_t count) {
    std::vector<Item> items(count);
    for (std::size_t i = 0; i < count; ++i) set_number(items[i], first + i);
    REQUIRE(ring.push(items).count == count);
    Hand hand = ring.hand(place);
    REQUIRE(ring.claim(hand, count, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    return hand;
}

std::vector<Finding> booked(std::size_t count) {
    return std::vector<Finding>(count);
}

}  // namespace

TEST_CASE("a save writes records and moves the hand on", "[storage]") {
    MemorySegments segments(16, 8);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    const Hand hand = claimed(ring, 5, 1, 3);
    auto results = booked(3);
    Result rejected;
    rejected.set(Status::Rejected, "BR-CO-10");
    rejected.attempts = 2;
    results[1] = Finding(rejected);
    CHECK(storage.save(hand, results) == 3);
    CHECK(hand.empty());
    CHECK(storage.tail() == 3);
    CHECK(storage.record(1).shown_id() == "2");
    CHECK(storage.record(1).position == 2);
    CHECK(storage.record(1).place == 5);
    CHECK(storage.record(1).status == Status::Rejected);
    CHECK(storage.record(1).attempts == 2);
    CHECK(storage.range(0, 3).details(1).reason_text() == "BR-CO-10");
    CHECK(storage.record(2).parts == 0);
}

TEST_CASE("a full storage takes what it can, and the rest after a release", "[storage]") {
    MemorySegments segments(16, 4);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    const Hand hand = claimed(ring, 0, 1, 6);
    const auto results = booked(6);
    CHECK(storage.save(hand, results) == 3);  // one record stays as evidence
    CHECK(storage.save(hand, std::span(results).subspan(3)) == 1);
    CHECK(storage.save(hand, std::span(results).subspan(4)) == 0);
    CHECK(hand.word().done == 4);
    storage.set_durable(4, {4, 0, 0, 0});
    CHECK(storage.save(hand, std::span(results).subspan(4)) == 0);  // durable is not yet released
    storage.release(2);
    CHECK(storage.save(hand, std::span(results).subspan(4)) == 2);
    CHECK(hand.empty());
}

TEST_CASE("durable count and totals change together", "[storage]") {
    MemorySegments segments(4, 8);
    Storage storage = segments.storage();
    storage.set_durable(3, {1, 1, 1, 0});
    CHECK(storage.durable() == 3);
    CHECK(storage.totals().all() == 3);
    storage.set_durable(5, {0, 0, 0, 2});
    CHECK(storage.durable() == 5);
    CHECK(storage.totals().duplicates == 2);
    CHECK(storage.totals().booked == 1);
}

TEST_CASE("a save whose hand was not moved on is settled by the next owner", "[storage]") {
    MemorySegments segments(16, 8);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    const Hand dead = claimed(ring, 0, 1, 4);
    const Hand living = claimed(ring, 1, 5, 2);
    // The owner of the save lock dies after the commit word of its save and before the hand's `done`.
    die_holding(segments.storage_area().save_lock, [&] {
        for (std::uint64_t i = 0; i < 2; ++i) {
            Record& record = storage.record(i);
            record.ring_index = i;
            record.place = 0;
            record.id_length = 1;
            record.seal = record.seal_now(storage.details(i));
        }
        segments.storage_area().tail = 2;
    });
    CHECK(dead.word().done == 0);
    SECTION("by a successor that only looks") {
        storage.settle();
    }
    SECTION("by another consumer's save") {
        CHECK(storage.save(living, booked(2)) == 2);
    }
    CHECK(dead.word().done == 2);
}

TEST_CASE("settling leaves alone a hand that has moved on", "[storage]") {
    MemorySegments segments(16, 8);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    const Hand hand = claimed(ring, 0, 1, 2);
    REQUIRE(storage.save(hand, booked(2)) == 2);
    static_cast<void>(claimed(ring, 0, 3, 4));
    die_holding(segments.storage_area().save_lock, [] {});
    storage.settle();
    CHECK(hand.word().first == 2);
    CHECK(hand.word().done == 0);
}

TEST_CASE("a word of the storage that cannot be stops a save and a flush", "[storage]") {
    MemorySegments segments(8, 8);
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::vector<Item> items(4);
    for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
    REQUIRE(ring.push(items).count == 4);
    const Hand hand = ring.hand(0);
    REQUIRE(ring.claim(hand, 4, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    const std::array<Finding, 2> findings{};
    REQUIRE(storage.save(hand, findings) == 2);
    storage.require_sound(2);
    StorageArea& area = segments.storage_area();
    const auto save = [&] { static_cast<void>(storage.save(hand, findings)); };
    SECTION("durable beyond the tail") {
        area.durable_word = 3U << 1U;
        CHECK_THROWS_AS(save(), DamagedMemory);
    }
    SECTION("released beyond durable") {
        area.released = 1;
        CHECK_THROWS_AS(save(), DamagedMemory);
    }
    SECTION("more than the capacity") {
        area.tail = 9;
        CHECK_THROWS_AS(save(), DamagedMemory);
    }
    SECTION("totals of other records") {
        area.totals[0].booked = 1;
        CHECK_THROWS_AS(storage.require_sound(2), DamagedMemory);
    }
    SECTION("a hand from which nothing is left") {
        hand.set_word({0, 4, 3});
        CHECK_THROWS_AS(save(), DamagedMemory);
        CHECK(storage.tail() == 2);
    }
    SECTION("an item with another length") {
        hand.item(2).id_length = 2;
        CHECK_THROWS_AS(save(), DamagedMemory);
        CHECK(storage.tail() == 2);
    }
    SECTION("a word of the details of a record") {
        Result result;
        result.set(Status::Failed, "it is damaged");
        const std::array<Finding, 1> failed{Finding(result)};
        REQUIRE(storage.save(hand, failed) == 1);
        storage.require_sound(3);
        Details& details = const_cast<Details&>(storage.details(2));
        const auto bit = static_cast<std::uint16_t>(1U << GENERATE(range(0U, 8U)));
        SECTION("present") {
            details.present = static_cast<std::uint8_t>(details.present ^ bit);
        }
        SECTION("the supplier's length") {
            details.supplier_length ^= bit;
        }
        SECTION("the reason's length") {
            details.reason_length = static_cast<std::uint16_t>(details.reason_length ^ (bit << 1U));
        }
        CHECK_THROWS_AS(storage.require_sound(3), DamagedMemory);
    }
    SECTION("the evidence of the last save, when the owner of the lock has died") {
        storage.record(1).ring_index ^= std::uint64_t{1} << GENERATE(0U, 1U, 8U, 17U, 33U, 63U);
        die_holding(segments.storage_area().save_lock, [] {});
        CHECK_THROWS_AS(storage.settle(), DamagedMemory);
        CHECK_THROWS_AS(save(), DamagedMemory);
        CHECK(storage.tail() == 2);
    }
    SECTION("any bit of a record's small fields") {
        for (unsigned bit = 0; bit < 8; ++bit) {
            INFO(bit);
            const Record whole = storage.record(1);
            const auto flips = [&](auto& value) {
                value = static_cast<std::remove_reference_t<decltype(value)>>(static_cast<unsigned>(value) ^
                                                                              (1U << bit));
                CHECK_FALSE(storage.record(1).is_whole(storage.details(1)));
                CHECK_THROWS_AS(storage.require_sound(2), DamagedMemory);
                storage.record(1) = whole;
            };
            flips(storage.record(1).ring_index);
            flips(storage.record(1).place);
            flips(storage.record(1).attempts);
            flips(storage.record(1).status);
            flips(storage.record(1).parts);
            flips(storage.record(1).id_length);
            flips(storage.record(1).seal);
        }
    }
}
