// SPDX-License-Identifier: Apache-2.0
// The recovery rule (layout.hpp, I2): computes derived words, which a kill can leave out of date, from the
// commit words. These are pure functions. The next owner of a lock stores their results, the damage check
// (damage.hpp) compares with them, and an observer shows them. Applying the rule again changes nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/core/hand.hpp"

namespace pipeline {

// The evidence of the last save (I3): the place and the ring index in storage record tail - 1.
struct LastSave {
    std::size_t place = 0;
    std::uint64_t ring_index = 0;
};

// Settles the head. A claim commits its hand's word before it moves the head, so the head must be at least at
// the furthest end of all hands. `word_of(place)` returns the HandWord of a place. Throws if `word_of` does,
// as Hand::word() does for an impossible word.
template <class WordOf>
[[nodiscard]] constexpr std::uint64_t settled_head(std::uint64_t head, WordOf&& word_of) {
    for (std::size_t place = 0; place < kMaxPlaces; ++place) head = std::max(head, word_of(place).end());
    return head;
}

// Settles the word of the hand of `place`. A save commits its records before it moves the hand's `done`, so
// `done` must be past the item of the last record. `last` is none if no result was ever saved.
[[nodiscard]] constexpr HandWord settled_hand(HandWord word, std::size_t place,
                                              const std::optional<LastSave>& last) noexcept {
    if (last && last->place == place && last->ring_index >= word.first && last->ring_index < word.end())
        word.done = std::max(word.done, last->ring_index - word.first + 1);
    return word;
}

}  // namespace pipeline
