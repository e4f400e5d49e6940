// SPDX-License-Identifier: Apache-2.0
#include "common/core/watermark.hpp"

#include <algorithm>

namespace pipeline {
namespace {

// How often to retry a read that raced with a move, before giving up.
constexpr int kTries = 16;

// Acquire, so that the second read of the index comes after it.
std::uint64_t position_of(const Item& item) noexcept {
    return item.position.load(std::memory_order_acquire);
}

// The position of the ring's oldest item; if the ring is empty, that of the next item to come.
std::optional<std::uint64_t> oldest_in_ring(const Ring& ring) noexcept {
    for (int tries = 0; tries < kTries; ++tries) {
        const std::uint64_t head = ring.head();
        const std::uint64_t tail = ring.tail();
        if (tail == 0) return std::nullopt;
        std::uint64_t position = 0;
        if (head < tail) {
            position = position_of(ring.slot(head));
        } else {
            const Item& last = ring.slot(tail - 1);
            position = position_of(last) + last.extent.load(std::memory_order_acquire);
        }
        // The index is unchanged, so the slot was not overwritten during the read.
        if (ring.head() == head && (head < tail || ring.tail() == tail)) return position;
    }
    return std::nullopt;
}

// The position of the hand's first unsaved item; the maximum if there is none. None: it kept changing.
std::optional<std::uint64_t> oldest_in_hand(const Hand& hand) noexcept {
    for (int tries = 0; tries < kTries; ++tries) {
        const HandWord word = hand.word();
        if (word.empty()) return UINT64_MAX;
        const std::uint64_t position = position_of(hand.item(word.done));
        if (hand.word().pack() == word.pack()) return position;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> oldest(const Ring& ring) noexcept {
    std::optional<std::uint64_t> position = oldest_in_ring(ring);
    for (std::size_t place = 0; position && place < kMaxPlaces; ++place) {
        const auto in_hand = oldest_in_hand(ring.hand(place));
        position = in_hand ? std::optional(std::min(*position, *in_hand)) : std::nullopt;
    }
    return position;
}

}  // namespace

Watermark low_watermark(const Ring& ring, const Storage& storage) noexcept {
    Watermark watermark;
    if (ring.area().ordered != 0) watermark.cursor = oldest(ring);
    watermark.storage_tail = storage.tail();
    return watermark;
}

}  // namespace pipeline
