// SPDX-License-Identifier: Apache-2.0
#include "common/core/item.hpp"

#include <fmt/format.h>

namespace pipeline {
namespace {

// Fowler, Noll, Vo: FNV-1a with 64 bits, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash(std::string_view text) noexcept {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return value;
}

}  // namespace

void Item::set_id(std::string_view text) noexcept {
    if (is_usable_id(text)) {
        std::memcpy(id.data(), text.data(), text.size());
        set_length(static_cast<std::uint8_t>(text.size()));
        return;
    }
    set_safe_id(text);
}

void Item::set_safe_id(std::string_view text) noexcept {
    constexpr std::size_t kHashBytes = 17;
    std::size_t length = 0;
    for (const char c : text) {
        if (length == kMaxIdBytes - kHashBytes) break;
        const auto byte = static_cast<unsigned char>(c);
        id[length++] = byte > 0x20 && byte < 0x7f ? c : '_';
    }
    fmt::format_to_n(id.data() + length, kHashBytes, "~{:016x}", hash(text));
    set_length(static_cast<std::uint8_t>((length + kHashBytes) | kIdUnusable));
}

void Item::set_length(std::uint8_t length) noexcept {
    id_length = length;
    blame.store(sealed(0, length), std::memory_order_relaxed);
}

}  // namespace pipeline
