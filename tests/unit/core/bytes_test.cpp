// SPDX-License-Identifier: Apache-2.0
// The byte areas of ring and storage: what is pushed comes out byte for byte, in any order of sizes, and all
// bytes become free again.
#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "common/core/segments/damage.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;

namespace {

// An invoice with bytes, by its number: id, body and result are of any size, also none.
struct Sample {
    std::string id;
    std::string body;
    std::string result;
};

Sample sample(std::uint64_t number, std::size_t most) {
    std::mt19937_64 random(number);
    const auto text = [&](std::size_t length, char first) {
        return std::string(length, static_cast<char>(first + static_cast<char>(random() % 26)));
    };
    const auto size = [&](std::size_t limit) { return random() % 3 == 0 ? 0 : random() % limit; };
    return {std::to_string(number) + text(size(most), 'a'), text(size(most), 'A'), text(size(most), '0')};
}

// Pushes the numbers from `next` on as long as there is room.
std::uint64_t push(Ring& ring, std::uint64_t next, std::size_t count, std::size_t most) {
    std::vector<Item> items(count);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
        const Sample given = sample(next + i, most);
        items[i].position = next + i;
        if (given.body.empty()) {
            items[i].set_id(given.id, bytes);
        } else {
            items[i].set_id_and_body(given.id, given.body, UINT64_MAX, bytes);
        }
    }
    return ring.push(items, bytes).count;
}

}  // namespace

TEST_CASE("bytes of any size pass through small byte areas", "[bytes]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    constexpr std::size_t kMost = 120;  // an id and a body, or an id and a result, fit twice
    MemorySegments segments({16, 512}, {8, 512});
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::uint64_t next = 1;
    std::uint64_t stored = 1;
    constexpr std::uint64_t kNumbers = 3000;
    std::size_t lacked = 0;
    while (stored <= kNumbers || stored != next) {
        if (random() % 2 == 0 && next <= kNumbers) {
            next += push(ring, next, 1 + random() % 5, kMost);
            lacked += ring.lacks_bytes() ? 1 : 0;
        }
        const Hand hand = ring.hand(random() % 3);
        if (hand.empty()) {
            static_cast<void>(ring.claim(hand, 1 + random() % 4, nanoseconds(0)));
        } else {
            const HandWord word = hand.word();
            std::vector<Finding> findings(word.count - word.done);
            std::deque<ExtraText> results;
            for (std::uint64_t i = word.done; i < word.count; ++i) {
                const Sample given = sample(hand.item(i).position, kMost);
                REQUIRE(hand.id(i) == given.id);
                REQUIRE(hand.body(i) == given.body);
                if (given.result.empty()) continue;
                results.push_back({Extra::Result, given.result});
                findings[i - word.done].extra = &results.back();
            }
            static_cast<void>(storage.save(hand, findings));
        }
        if (random() % 3 != 0) continue;
        const RecordRange records = storage.range(stored - 1, storage.tail() - (stored - 1));
        for (std::size_t i = 0; i < records.size(); ++i) {
            const Sample given = sample(records.record(i).position, kMost);
            REQUIRE(records.id(i) == given.id);
            REQUIRE(records.record(i).result_in(records.bytes()) == given.result);
        }
        stored += records.size();
        storage.set_durable(storage.tail(), {records.size(), 0, 0, 0});
        storage.release(storage.tail());
    }
    CHECK(lacked > 0);
    std::uint64_t slot = 0;
    std::uint64_t record = 0;
    CHECK(ring.oldest_byte(slot) == ring.bytes_tail());
    CHECK(storage.oldest_byte(record) == storage.bytes_tail());
}

TEST_CASE("a hand holds the bytes of its unsaved items, and no others", "[bytes]") {
    MemorySegments segments({16, 512}, {16, 4096});
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::string bytes;
    std::vector<Item> items(2);
    items[0].set_id(std::string(200, 'a'), bytes);
    items[1].set_id(std::string(200, 'b'), bytes);
    REQUIRE(ring.push(items, bytes).count == 2);
    CHECK(ring.push(std::span(items).first(1), bytes).outcome == Ring::PushOutcome::Full);
    CHECK(ring.lacks_bytes());
    const Hand slow = ring.hand(0);
    const Hand fast = ring.hand(1);
    REQUIRE(ring.claim(slow, 1, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    REQUIRE(ring.claim(fast, 1, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    // The claim has freed the slots, not the bytes; nor does a later item's save free an earlier one's.
    CHECK(ring.push(std::span(items).first(1), bytes).outcome == Ring::PushOutcome::Full);
    REQUIRE(storage.save(fast, std::vector<Finding>(1)) == 1);
    CHECK_FALSE(ring.has_room_again());
    REQUIRE(storage.save(slow, std::vector<Finding>(1)) == 1);
    CHECK(ring.has_room_again());
    CHECK(ring.push(items, bytes).count == 2);
    CHECK(storage.id(0) == std::string(200, 'b'));
    CHECK(storage.id(1) == std::string(200, 'a'));
}

TEST_CASE("a save without room for bytes saves what it can, and the rest after a release", "[bytes]") {
    MemorySegments segments({16, 4096}, {16, 512});
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::string bytes;
    std::vector<Item> items(4);
    for (auto& item : items) item.set_id(std::string(200, 'i'), bytes);
    items[3].set_id("short");
    REQUIRE(ring.push(items, bytes).count == 4);
    const Hand hand = ring.hand(0);
    REQUIRE(ring.claim(hand, 4, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    const std::vector<Finding> booked(4);
    CHECK(storage.save(hand, booked) == 2);
    CHECK(storage.lacks_bytes());
    CHECK(storage.save(hand, std::span(booked).first(2)) == 0);
    storage.set_durable(1, {1, 0, 0, 0});
    storage.release(1);
    CHECK(storage.save(hand, std::span(booked).first(2)) == 2);
    CHECK_FALSE(storage.lacks_bytes());
    CHECK(hand.empty());
}

TEST_CASE("bytes that are not an item's own are damage", "[bytes]") {
    MemorySegments segments({16, 1024}, {16, 1024});
    Ring ring = segments.ring();
    Storage storage = segments.storage();
    std::string bytes;
    std::vector<Item> items(3);
    for (auto& item : items) item.set_id(std::string(200, 'a'), bytes);
    REQUIRE(ring.push(items, bytes).count == 3);
    const Hand hand = ring.hand(7);
    REQUIRE(ring.claim(hand, 2, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
    REQUIRE(storage.save(hand, std::vector<Finding>(1)) == 1);
    REQUIRE_FALSE(find_damage(ring, storage));
    const auto move = [](IdBytes& id, std::uint64_t offset) {
        ByteSpan::load(id).moved_to(offset).store(id);
    };
    std::string what = "its invoice 2 are not its own";
    SECTION("a slot that names the bytes of an item in a hand") {
        move(ring.slot(2).id, 300);
    }
    SECTION("a slot that names bytes behind the tail") {
        move(ring.slot(2).id, 401);
    }
    SECTION("an item in a hand that reaches beyond the area") {
        move(hand.item(1).id, 900);
        what = "its invoice 1 are not its own";
    }
    SECTION("a record that names bytes behind the tail") {
        move(storage.record(0).id, 1);
        what = "its result 0 are not there";
    }
    const auto damage = find_damage(ring, storage);
    REQUIRE(damage);
    CHECK(damage->what == "the bytes of " + what);
}

TEST_CASE("slots that a killed push was overwriting say nothing of the byte area", "[bytes]") {
    MemorySegments segments({4, 1024}, {16, 1024});
    Ring ring = segments.ring();
    for (int i = 0; i < 6; ++i) {
        std::vector<Item> items(1);
        items[0].set_id("short");
        REQUIRE(ring.push(items).count == 1);
        REQUIRE(ring.claim(ring.hand(0), 1, nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        static_cast<void>(segments.storage().save(ring.hand(0), std::vector<Finding>(1)));
    }
    std::string bytes;
    std::vector<Item> items(1);
    items[0].set_id(std::string(200, 'a'), bytes);
    // Killed after the slot was written, and before any store that commits.
    ring.slot(6).copy_into_slot(items[0], 6);
    Ring next = segments.ring();
    REQUIRE(next.push(items, bytes).count == 1);
    CHECK(next.slot(6).id_in(next.bytes()) == std::string(200, 'a'));
}

TEST_CASE("a tail of the byte area that a kill has left ahead is gone on from, and a lower one is damage",
          "[bytes]") {
    MemorySegments segments({16, 1024}, {16, 1024});
    std::string bytes;
    std::vector<Item> items(1);
    items[0].set_id(std::string(200, 'a'), bytes);
    REQUIRE(segments.ring().push(items, bytes).count == 1);
    segments.ring_area().bytes_tail += 200;  // killed between this store and the commit
    Ring ring = segments.ring();
    REQUIRE(ring.push(items, bytes).count == 1);
    CHECK(ring.slot(1).span().offset == 400);
    CHECK(ring.bytes_tail() == 600);
    segments.ring_area().bytes_tail = 599;
    CHECK_THROWS_AS(ring.push(items, bytes), DamagedMemory);
    CHECK_THROWS_AS(segments.ring().push(items, bytes), DamagedMemory);
}
