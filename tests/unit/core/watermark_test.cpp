// SPDX-License-Identifier: Apache-2.0
#include "common/core/watermark.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/memory_pipeline.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::nanoseconds;

namespace {

constexpr std::size_t kPlaces = 4;

// Of an ordered source, unless it says otherwise.
struct Ordered : MemoryPipeline {
    explicit Ordered(std::uint32_t ring_capacity = 16, std::uint32_t storage_capacity = 16)
        : MemoryPipeline(ring_capacity, storage_capacity) {
        segments.ring_area().ordered = 1;
    }
    [[nodiscard]] std::optional<std::uint64_t> cursor() const { return low_watermark(ring, storage).cursor; }
    // For each length of the storage, the smallest position that the records below it lack. The first is 1.
    [[nodiscard]] std::vector<std::uint64_t> missing_at() const {
        std::vector<bool> is_there(storage.tail() + 2);
        std::vector<std::uint64_t> missing{1};
        for (std::uint64_t i = 0; i < storage.tail(); ++i) {
            is_there.at(storage.record(i).position) = true;
            std::uint64_t gap = missing.back();
            while (is_there[gap]) ++gap;
            missing.push_back(gap);
        }
        return missing;
    }
};

// Claims and saves a few of the ring's items, like a consumer, until the ring is closed and empty.
void consume(Ring ring, Storage storage, std::size_t place, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const Hand hand = ring.hand(place);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
        const auto claimed = ring.claim(hand, 1 + random() % 5, std::chrono::milliseconds(100));
        if (claimed == Ring::ClaimOutcome::Closed) return;
        while (!hand.empty()) {
            const HandWord word = hand.word();
            const std::vector<Finding> findings(1 + random() % (word.count - word.done));
            static_cast<void>(storage.save(hand, findings));
        }
    }
}

}  // namespace

TEST_CASE("without an order, or before the first invoice, there is no cursor", "[watermark]") {
    Ordered pipeline;
    CHECK_FALSE(pipeline.cursor());
    pipeline.push(1);
    CHECK(pipeline.cursor() == 1U);
    pipeline.segments.ring_area().ordered = 0;
    CHECK_FALSE(pipeline.cursor());
}

TEST_CASE("the low watermark is the oldest invoice that is not in storage, wherever it is", "[watermark]") {
    Ordered pipeline;
    pipeline.push(4);
    pipeline.claim(0, 2);
    pipeline.claim(255, 2);
    CHECK(pipeline.cursor() == 1U);  // in the hand of place 0
    pipeline.save(255, 2);
    CHECK(pipeline.cursor() == 1U);
    CHECK(low_watermark(pipeline.ring, pipeline.storage).storage_tail == 2);
    pipeline.save(0, 1);
    CHECK(pipeline.cursor() == 2U);
    pipeline.push(1);
    pipeline.save(0, 1);
    CHECK(pipeline.cursor() == 5U);  // in the ring
    pipeline.claim(255, 1);
    CHECK(pipeline.cursor() == 5U);  // in the hand of the last place
}

TEST_CASE("when all is in storage the source goes on behind the last invoice", "[watermark]") {
    Ordered pipeline;
    Item item;
    item.set_id("a line of 40 bytes that begins at byte 7");
    item.position = 7;
    item.extent = 41;
    REQUIRE(pipeline.ring.push(std::span(&item, 1)).count == 1);
    pipeline.claim(0, 1);
    CHECK(pipeline.cursor() == 7U);
    pipeline.save(0, 1);
    CHECK(pipeline.cursor() == 48U);
    CHECK(low_watermark(pipeline.ring, pipeline.storage).storage_tail == 1);
}

TEST_CASE("a claim or a save that a kill cut short moves the watermark past nothing", "[watermark]") {
    Ordered pipeline;
    pipeline.push(3);
    SECTION("a claim before its head was moved") {
        pipeline.claim(1, 2);
        pipeline.segments.ring_area().head = 0;
        CHECK(pipeline.cursor() == 1U);
    }
    SECTION("a save before its hand was moved on") {
        pipeline.claim(1, 2);
        pipeline.save(1, 2);
        pipeline.ring.hand(1).set_word({0, 2, 0});
        CHECK(pipeline.cursor() == 1U);
        CHECK(low_watermark(pipeline.ring, pipeline.storage).storage_tail == 2);
    }
}

TEST_CASE("the watermark moves forward only, and to the oldest invoice that is not saved", "[watermark]") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Ordered pipeline(7, 4096);
    std::uint64_t before = 0;
    while (pipeline.next < 3000) {
        const Hand hand = pipeline.ring.hand(random() % kPlaces);
        const HandWord word = hand.word();
        if (!word.empty()) {
            pipeline.save(hand.place(), 1 + random() % (word.count - word.done));
        } else if (pipeline.ring.tail() != pipeline.ring.head()) {
            pipeline.claim(hand.place(), 1 + random() % 3);
        } else {
            pipeline.push(1 + random() % 6);
        }
        std::uint64_t oldest = pipeline.next;
        if (pipeline.ring.head() != pipeline.ring.tail()) oldest = pipeline.ring.head() + 1;
        for (std::size_t place = 0; place < kPlaces; ++place) {
            const HandWord held = pipeline.ring.hand(place).word();
            if (!held.empty()) oldest = std::min(oldest, held.first + held.done + 1);
        }
        REQUIRE(pipeline.cursor() == oldest);
        REQUIRE(oldest >= before);
        before = oldest;
    }
}

TEST_CASE("a watermark that is taken while items move covers every invoice before its cursor",
          "[watermark]") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    constexpr std::uint64_t kItems = 30'000;
    Ordered pipeline(8, kItems + 1);
    std::vector<std::thread> consumers;
    for (std::size_t place = 0; place < kPlaces; ++place)
        consumers.emplace_back(consume, pipeline.ring, pipeline.storage, place, seed + place);
    std::atomic<bool> is_pushed = false;
    std::thread producer([&] {
        std::mt19937_64 random(seed);
        Ring ring = pipeline.segments.ring();
        for (std::uint64_t number = 1; number <= kItems;) {
            std::vector<Item> items(std::min<std::uint64_t>(1 + random() % 4, kItems + 1 - number));
            for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], number + i);
            number += ring.push(items).count;
        }
        ring.close();
        is_pushed = true;
    });
    std::vector<Watermark> seen;
    while (!is_pushed) {
        const Watermark watermark = low_watermark(pipeline.ring, pipeline.storage);
        if (watermark.cursor) seen.push_back(watermark);
    }
    producer.join();
    for (auto& consumer : consumers) consumer.join();
    REQUIRE(low_watermark(pipeline.ring, pipeline.storage).cursor == kItems + 1);

    CAPTURE(seen.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (i > 0) REQUIRE(seen[i].cursor >= seen[i - 1].cursor);
        if (i > 0) REQUIRE(seen[i].storage_tail >= seen[i - 1].storage_tail);
    }
    // Nothing was released: all records are still there.
    const std::vector<std::uint64_t> missing = pipeline.missing_at();
    for (const Watermark& watermark : seen) REQUIRE(missing[watermark.storage_tail] >= *watermark.cursor);
}
