// SPDX-License-Identifier: Apache-2.0
// An acquired invoice: its id, and its position in the source.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/core/item.hpp"

namespace pipeline {

struct Acquired {
    std::string_view id;
    std::uint64_t position = 0;  // Item::position; unused if the source's ids are paths

    // NOLINTNEXTLINE(google-explicit-constructor): an item is an acquired invoice
    Acquired(const Item& item) noexcept
        : id(item.id_text()), position(item.position.load(std::memory_order_relaxed)) {}
    explicit Acquired(std::string_view id_given, std::uint64_t position_given = 0) noexcept
        : id(id_given), position(position_given) {}
};

}  // namespace pipeline
