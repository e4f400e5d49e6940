// SPDX-License-Identifier: Apache-2.0
#include "common/core/item.hpp"

#include <memory>
#include <string>

#include "tests/support/catch.hpp"

using pipeline::Item;

TEST_CASE("a usable id is kept as it is", "[item]") {
    const auto length = GENERATE(1, 38, 39, 40, 103);
    const std::string id(static_cast<std::size_t>(length), 'x');
    Item item{};
    item.set_id(id);
    CHECK(item.shown_id() == id);
    CHECK_FALSE(item.id_unusable());

    Item copy{};
    copy.copy_from(item);
    CHECK(copy.shown_id() == id);
}

TEST_CASE("all bytes but NUL may be in an id", "[item]") {
    for (int byte = 1; byte < 256; ++byte) {
        const std::string id = std::string("a") + static_cast<char>(byte);
        Item item{};
        item.set_id(id);
        CHECK(item.shown_id() == id);
        CHECK_FALSE(item.id_unusable());
        item.set_safe_id(id);
        CHECK(item.id_unusable());
        CHECK(item.shown_id() != id);
    }
}

TEST_CASE("an id that cannot be used is replaced by a safe one that is the same each time", "[item]") {
    const std::string text = GENERATE(std::string(), std::string("a\0b", 3), std::string(104, '\n'));
    Item first{};
    Item second{};
    first.set_id(text);
    second.set_id(text);
    CHECK(first.id_unusable());
    CHECK(first.shown_id() == second.shown_id());
    CHECK(pipeline::is_usable_id(first.shown_id()));

    Item longest{};
    longest.set_id(std::string(104, 'x'));
    CHECK(longest.id_unusable());
    CHECK(longest.shown_id().size() == pipeline::kInlineIdBytes);
    CHECK(longest.shown_id() != std::string(103, 'x'));
}

TEST_CASE("a damaged id length never reads beyond the id", "[item]") {
    Item item{};
    item.id_length = 0x7e;
    CHECK(item.shown_id().size() == pipeline::kInlineIdBytes);
}

TEST_CASE("any bit of an item's length or blame that flips shows, in a hand and in the ring", "[item]") {
    Item pushed{};
    pushed.set_id("INV-1");
    Item slot{};
    Item held{};
    slot.copy_into_slot(pushed, 77);
    held.copy_from(slot);
    CHECK(slot.is_slot_of(77));
    CHECK_FALSE(slot.is_slot_of(78));
    CHECK(held.is_whole());
    const auto flip = [](Item& item, unsigned bit) {
        if (bit < 32) {
            item.blame ^= 1U << bit;
        } else {
            item.id_length = static_cast<std::uint8_t>(item.id_length ^ (1U << (bit - 32)));
        }
    };
    for (unsigned bit = 0; bit < 40; ++bit) {
        INFO(bit);
        flip(slot, bit);
        CHECK_FALSE(slot.is_slot_of(77));
        flip(slot, bit);
        flip(held, bit);
        CHECK_FALSE(held.is_whole());
        flip(held, bit);
    }
    CHECK(slot.is_slot_of(77));
    CHECK(held.is_whole());
}

TEST_CASE("zeroed memory is no item", "[item]") {
    const Item nothing{};
    CHECK_FALSE(nothing.is_whole());
    CHECK_FALSE(nothing.is_slot_of(0));
}
