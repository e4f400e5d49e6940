// SPDX-License-Identifier: Apache-2.0
// An invoice as it was acquired: its id, and where in the source it is.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/item.hpp"

namespace pipeline {

struct Acquired {
    std::string_view id;
    std::uint64_t position = 0;  // as Item::position; a source whose ids are paths needs none

    // NOLINTNEXTLINE(google-explicit-constructor): an item is one, with more beside it
    Acquired(const Item& item) noexcept
        : id(item.id_text()), position(item.position.load(std::memory_order_relaxed)) {}
    explicit Acquired(std::string_view id_given, std::uint64_t position_given = 0) noexcept
        : id(id_given), position(position_given) {}
};

}  // namespace pipeline
