// SPDX-License-Identifier: Apache-2.0
// Tells a producer whose supervisor is dead whether it still has consumers.
#pragma once

#include <algorithm>

#include "common/core/ring.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

[[nodiscard]] inline bool has_living_consumer(const RingView& ring) noexcept {
    const auto& hands = ring.area().hands;
    return std::any_of(hands.begin(), hands.end(), [](const HandArea& hand) {
        return ProcessId::unpack(hand.process.load(std::memory_order_acquire)).is_alive();
    });
}

}  // namespace pipeline
