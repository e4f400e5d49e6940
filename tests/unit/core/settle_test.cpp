// SPDX-License-Identifier: Apache-2.0
#include "common/core/settle.hpp"

#include <array>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

struct Hands {
    std::array<HandWord, kMaxPlaces> words{};
    [[nodiscard]] std::uint64_t head_after(std::uint64_t head) const {
        return settled_head(head, [this](std::size_t place) { return words[place]; });
    }
};

}  // namespace

TEST_CASE("the head is settled to the furthest end of all hands, and never goes back", "[settle]") {
    Hands hands;
    CHECK(hands.head_after(7) == 7);
    hands.words[3] = {10, 4, 1};
    hands.words[kMaxPlaces - 1] = {14, 5, 5};  // empty, but its claim was the last one
    CHECK(hands.head_after(14) == 19);
    CHECK(hands.head_after(19) == 19);
    CHECK(hands.head_after(25) == 25);
}

TEST_CASE("the hand of the last record is settled past that record's item", "[settle]") {
    const HandWord word{100, 5, 1};
    CHECK(settled_hand(word, 2, LastSave{2, 102}).done == 3);
    CHECK(settled_hand(word, 2, LastSave{2, 104}).done == 5);
    CHECK(settled_hand(settled_hand(word, 2, LastSave{2, 102}), 2, LastSave{2, 102}).done == 3);
}

TEST_CASE("a hand that the last record says nothing of stays as it is", "[settle]") {
    const HandWord word{100, 5, 3};
    const auto is_unchanged = [&](std::size_t place, const std::optional<LastSave>& last) {
        return settled_hand(word, place, last).pack() == word.pack();
    };
    CHECK(is_unchanged(2, std::nullopt));
    CHECK(is_unchanged(2, LastSave{1, 104}));  // another place's
    CHECK(is_unchanged(2, LastSave{2, 99}));   // an item of an earlier claim
    CHECK(is_unchanged(2, LastSave{2, 105}));
    CHECK(is_unchanged(2, LastSave{2, 101}));  // it was saved before, and the hand knows
}
