// SPDX-License-Identifier: Apache-2.0
// Tells a producer whether it still has consumers: nobody replaces them if the supervisor is dead, or if a
// stop has made them leave.
#pragma once

#include <algorithm>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

[[nodiscard]] inline bool has_living_consumer(const RingView& ring) noexcept {
    const auto& hands = ring.area().hands;
    return std::any_of(hands.begin(), hands.end(), [](const HandArea& hand) {
        return ProcessId::unpack(hand.process.load(std::memory_order_acquire)).is_alive();
    });
}

// Returns the number of places with a consumer, without asking whether it lives: a dead one is replaced soon.
[[nodiscard]] inline std::uint32_t consumers_in(const RingView& ring) noexcept {
    const auto& hands = ring.area().hands;
    return static_cast<std::uint32_t>(std::count_if(hands.begin(), hands.end(), [](const HandArea& hand) {
        return hand.process.load(std::memory_order_relaxed) != 0;
    }));
}

// True if a stop has made all consumers leave, and all that they have made durable is acknowledged.
[[nodiscard]] inline bool has_only_unfinished(const RingView& ring, const StorageView& storage) noexcept {
    return ring.leave_requested() && !has_living_consumer(ring) && storage.released() == storage.durable();
}

}  // namespace pipeline
