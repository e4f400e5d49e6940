// SPDX-License-Identifier: Apache-2.0
#include "common/core/watermark.hpp"

#include <algorithm>

#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

// How many times a read is tried before it gives up. A try fails if items move during it.
constexpr int kTries = 16;

// Returns the position of the ring's oldest item. If the ring is empty, returns the position of the next item
// to come. Returns none if nothing was ever pushed, or if the ring changes at each try.
std::optional<std::uint64_t> oldest_in_ring(const RingView& ring) noexcept {
    for (int tries = 0; tries < kTries; ++tries) {
        const std::uint64_t head = ring.head();
        const std::uint64_t tail = ring.tail();
        if (tail == 0) return std::nullopt;
        std::uint64_t position = 0;
        if (head < tail) {
            position = loaded(ring.slot(head).position);
        } else {
            const Item& last = ring.slot(tail - 1);
            position = loaded(last.position) + loaded(last.extent);
        }
        // If the head has not moved (and the tail, if the ring is empty), no push overwrote the slot during
        // the read: a push calls fence_before_overwrite() first (loaded.hpp).
        if (ring.head() == head && (head < tail || ring.tail() == tail)) return position;
    }
    return std::nullopt;
}

// Returns the position of the hand's first unsaved item, or UINT64_MAX if the hand is empty. Returns none if
// the hand changes at each try.
std::optional<std::uint64_t> oldest_in_hand(const HandView& hand) noexcept {
    for (int tries = 0; tries < kTries; ++tries) {
        const HandWord word = hand.word();
        if (word.empty()) return UINT64_MAX;
        const std::uint64_t position = loaded(hand.item(word.done).position);
        if (hand.word().pack() == word.pack()) return position;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> oldest(const RingView& ring) noexcept {
    std::optional<std::uint64_t> position = oldest_in_ring(ring);
    for (std::size_t place = 0; position && place < kMaxPlaces; ++place) {
        const auto in_hand = oldest_in_hand(ring.hand(place));
        position = in_hand ? std::optional(std::min(*position, *in_hand)) : std::nullopt;
    }
    return position;
}

}  // namespace

Watermark low_watermark(const RingView& ring, const StorageView& storage) noexcept {
    Watermark watermark;
    if (ring.area().ordered != 0) watermark.cursor = oldest(ring);
    watermark.storage_tail = storage.tail();
    return watermark;
}

}  // namespace pipeline
