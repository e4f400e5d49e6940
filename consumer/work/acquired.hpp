// SPDX-License-Identifier: Apache-2.0
// An acquired invoice: its id, its position in the source, and its body.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/hand.hpp"

namespace pipeline {

struct Acquired {
    std::string_view id;
    std::uint64_t position = 0;  // in the source, as in the ledger; unused if the source's ids are paths
    std::string_view body{};     // without data if the source gave none

    explicit Acquired(std::string_view id_given, std::uint64_t position_given = 0) noexcept
        : id(id_given), position(position_given) {}
    // Item i of the hand. Id and body lie in shared memory, and stay valid until the item's result is saved.
    // Throws DamagedMemory.
    Acquired(const Hand& hand, std::uint64_t i)
        : id(hand.id(i)), position(hand.item(i).position.load(std::memory_order_relaxed)) {
        if (!hand.item(i).is_spanned()) return;
        body = hand.body(i);
        // The item of an ordered source has the source's present position instead.
        if (const auto again = hand.given_again(i)) position = again->position;
    }
};

}  // namespace pipeline
