// SPDX-License-Identifier: Apache-2.0
// Contents of segments that no kill leaves although every number in them lies within its bounds. Most were
// found by tests/fuzz.
#include "common/core/segments/damage.hpp"

#include <linux/futex.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// What the kernel writes into a lock whose owner dies (futex(2)).
void mark_owner_dead(RobustMutex& lock) {
    reinterpret_cast<std::uint32_t&>(lock) = FUTEX_OWNER_DIED;
}

// Of five numbers two are saved, one is in a hand besides, and two are in the ring.
class Used {
  public:
    Used() {
        std::array<Item, 5> items{};
        for (std::size_t i = 0; i < items.size(); ++i) set_number(items[i], i + 1);
        REQUIRE(ring().push(items).count == items.size());
        const Hand hand = ring().hand(1);
        REQUIRE(ring().claim(hand, 3, std::chrono::nanoseconds(0)) == Ring::ClaimOutcome::Claimed);
        const std::array<Finding, 2> findings{};
        REQUIRE(storage().save(hand, findings) == 2);
    }
    [[nodiscard]] RingArea& ring_area() const { return segments_.ring_area(); }
    [[nodiscard]] StorageArea& storage_area() const { return segments_.storage_area(); }
    [[nodiscard]] Ring ring() const { return segments_.ring(); }
    [[nodiscard]] Storage storage() const { return segments_.storage(); }
    // What is said of it; empty: nothing.
    [[nodiscard]] std::string damage() const {
        const auto damage = find_damage(ring(), storage());
        return damage ? damage->what : "";
    }

  private:
    MemorySegments segments_{8, 8};
};

}  // namespace

TEST_CASE("a head that a claim did not get to move is sound only if the claim's process died", "[damage]") {
    const Used used;
    CHECK(used.damage().empty());
    used.ring_area().head = 0;
    CHECK(used.damage() == "it holds what the hand of place 1 has taken");
    mark_owner_dead(used.ring_area().pop_lock);
    CHECK(used.damage().empty());
}

TEST_CASE("a hand that a save did not get to move on is sound only if the save's process died", "[damage]") {
    const Used used;
    HandWord word = used.ring().hand(1).word();
    word.done = 1;
    used.ring().hand(1).set_word(word);
    CHECK(used.damage() == "of 3 invoices that were taken from it, 2 are saved and 2 in hands");
    mark_owner_dead(used.storage_area().save_lock);
    CHECK(used.damage().empty());
}

TEST_CASE("a lock is sound if it is free or its owner died, whether or not others waited for it",
          "[damage]") {
    const auto sound = GENERATE(std::uint32_t{0}, std::uint32_t{FUTEX_OWNER_DIED},
                                std::uint32_t{FUTEX_OWNER_DIED | FUTEX_WAITERS});
    const Used used;
    auto& word = reinterpret_cast<std::uint32_t&>(used.ring_area().push_lock);
    word = sound;
    CHECK(used.damage().empty());
    // Owned by a thread that is none of ours; with waiters that nobody will wake; or both.
    word = sound | 1U;
    CHECK(used.damage() == "one of its locks could never be locked");
    word = FUTEX_WAITERS;
    CHECK(used.damage() == "one of its locks could never be locked");
}

TEST_CASE("the cheap check names the word, its value and what it can be", "[damage]") {
    const Used used;
    CHECK_FALSE(find_disorder(used.ring(), used.storage()));
    std::string said;
    SECTION("a tail before the head") {
        used.ring_area().tail = 2;
        said = "ring.tail is 2, and can be 3 to 70368744177663";
    }
    SECTION("a tail beyond the capacity") {
        used.ring_area().tail = 12;
        said = "ring.tail is 12, and can be 0 to 11";
    }
    SECTION("a hand that counts too much") {
        used.ring_area().hands[1].word = HandWord{0, 300, 2}.pack();
        said = "ring.hands[1].count is 300, and can be 0 to 256";
    }
    SECTION("a hand that has done more than it claimed") {
        used.ring_area().hands[1].word = HandWord{0, 3, 4}.pack();
        said = "ring.hands[1].done is 4, and can be 0 to 3";
    }
    SECTION("records that are durable before they are saved") {
        used.storage_area().durable_word = 3U << 1U;
        said = "storage.durable_word's index is 3, and can be 0 to 2";
    }
    SECTION("records that are released before they are durable") {
        used.storage_area().released = 1;
        said = "storage.durable_word's index is 0, and can be 1 to 2";
    }
    SECTION("a storage beyond its capacity") {
        used.storage_area().tail = 9;
        said = "storage.tail is 9, and can be 0 to 8";
    }
    const auto damage = find_disorder(used.ring(), used.storage());
    REQUIRE(damage);
    CHECK(damage->what == said);
}
