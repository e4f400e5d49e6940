// SPDX-License-Identifier: Apache-2.0
// An item: one acquired invoice on its way from the source to a consumer. The same 128 bytes lie in the
// producer's batch, in a ring slot and in a hand. Short ids (39 bytes) fit in the first cache line, and
// copying touches the second one only when needed.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pipeline {

inline constexpr std::size_t kMaxIdBytes = 103;
// A flag in id_length: the source's own id was unusable (empty, too long, control characters), and the item's
// id replaces it. No consumer processes such an item; it is recorded as failed.
inline constexpr std::uint8_t kIdUnusable = 0x80;

// Returns the length in an id_length byte; never more than the array holds, even if the segment is damaged.
[[nodiscard]] constexpr std::size_t bounded_id_length(std::uint8_t id_length) noexcept {
    return std::min<std::size_t>(id_length & 0x7fU, kMaxIdBytes);
}

// True if `id` can be an invoice's id: 1 to 103 bytes, none of them a control character (0..31, 127).
[[nodiscard]] constexpr bool is_usable_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= kMaxIdBytes && std::none_of(id.begin(), id.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

struct alignas(64) Item {
    // Position and extent are atomic because the flush leader reads them in slots that the producer may
    // overwrite meanwhile. If `head` has moved, the leader reads them again.
    std::atomic<std::uint64_t> position;  // in the source: number, byte offset, or FileIdentity::position()
    std::uint64_t acquired_ns;
    std::atomic<std::uint32_t> extent;  // the source continues at position + extent; 0 if it has no order
    // {-: 7, suspect: 1, cause: 16, attempts: 8}: how many attempts at the item have failed (by the death of
    // the consumer or of the program that it had started), how the last attempt failed, and whether the item
    // is a suspect (HandView::is_suspect). 0 in the ring. In a hand, the place's consumer writes it whole.
    std::atomic<std::uint32_t> blame;
    std::uint8_t id_length;  // 1..103, or'ed with kIdUnusable
    std::array<char, kMaxIdBytes> id;

    [[nodiscard]] std::string_view id_text() const noexcept {
        return {id.data(), bounded_id_length(id_length)};
    }
    [[nodiscard]] bool id_unusable() const noexcept { return (id_length & kIdUnusable) != 0; }

    // Copies everything but the blame, which starts at 0.
    void copy_from(const Item& other) noexcept {
        constexpr std::size_t kFirstLineId = 64 - 25;
        position.store(other.position.load(std::memory_order_relaxed), std::memory_order_relaxed);
        extent.store(other.extent.load(std::memory_order_relaxed), std::memory_order_relaxed);
        blame.store(0, std::memory_order_relaxed);
        acquired_ns = other.acquired_ns;
        id_length = other.id_length;
        std::memcpy(id.data(), other.id.data(), kFirstLineId);
        if (bounded_id_length(id_length) > kFirstLineId) {
            std::memcpy(id.data() + kFirstLineId, other.id.data() + kFirstLineId, kMaxIdBytes - kFirstLineId);
        }
    }

    // Sets the id. Keeps a usable text (is_usable_id()) as it is. Replaces any other text by a safe id,
    // marked kIdUnusable, which is always the same for that text: its printable beginning, `~`, and 16
    // hexadecimal digits of a hash of the whole text (FNV-1a, 64 bits).
    void set_id(std::string_view text) noexcept;
};

}  // namespace pipeline
