// SPDX-License-Identifier: Apache-2.0
// A byte area: the part of a segment that holds what does not fit into an item or a record of fixed size,
// such as a long id, a body or a result. The ring and the storage have one each. An offset counts all bytes
// since the area was made and never wraps; the byte of an offset lies at offset % capacity. Bytes that are
// written together lie together: if they would reach beyond the end of the area, they begin at its start
// instead, and the rest of the area before them stays unused (padding).
//
// A push or a save writes bytes behind the area's tail (`bytes_tail`), stores the new tail, and then its own
// commit word (layout.hpp, I1). The tail never goes back. After a kill between the two stores, the tail
// covers bytes that no item names; they are free again when the older bytes are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pipeline {

// The longest id, in bytes. Longer texts are unusable as ids (item.hpp).
inline constexpr std::size_t kMaxIdBytes = 4096;
// The longest result or output that a record holds beside its details, in bytes.
inline constexpr std::size_t kMaxResultBytes = std::size_t{64} * 1024;

// Byte areas have at least the room for one cache line. The capacity is a multiple of this.
inline constexpr std::uint64_t kByteUnit = 64;
inline constexpr std::uint64_t kMinByteCapacity = kByteUnit;
inline constexpr std::uint64_t kMaxByteCapacity = std::uint64_t{1} << 40U;
inline constexpr std::uint64_t kUsualByteCapacity = std::uint64_t{16} << 20U;

// Every offset is below this: an area that writes 10 GB a second gets there in 29 years.
inline constexpr std::uint64_t kMaxByteOffset = std::uint64_t{1} << 63U;

// The capacity of a ring or of a storage. (A plain number converts: the byte area then has the usual size.)
struct Capacity {
    std::uint32_t entries;  // slots or records
    std::uint64_t bytes;    // of the byte area

    // NOLINTNEXTLINE(google-explicit-constructor): most code counts only entries
    constexpr Capacity(std::uint32_t entry_count, std::uint64_t byte_count = kUsualByteCapacity) noexcept
        : entries(entry_count), bytes(byte_count) {}
    [[nodiscard]] bool operator==(const Capacity&) const noexcept = default;
};

// Returns the least capacity of an area in which `most` bytes that lie together always find room once the
// area is empty: the padding before them is shorter than they are.
[[nodiscard]] constexpr std::uint64_t least_capacity_for(std::uint64_t most) noexcept {
    return (2 * most + kByteUnit - 1) / kByteUnit * kByteUnit;
}

// Returns the most bytes that may lie together in an area of that capacity: the reverse.
[[nodiscard]] constexpr std::uint64_t most_with_capacity(std::uint64_t capacity) noexcept {
    return capacity / 2;
}

// A read-only view of a byte area.
class ByteAreaView {
  public:
    ByteAreaView(const char* base, std::uint64_t capacity) noexcept : base_(base), capacity_(capacity) {}

    // Views bytes that lie in no segment, as those that a source has acquired.
    explicit ByteAreaView(std::string_view bytes) noexcept
        : base_(bytes.data()), capacity_(std::max<std::uint64_t>(bytes.size(), 1)) {}

    [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
    // True if `length` bytes at `offset` lie together within the area.
    [[nodiscard]] bool can_hold(std::uint64_t offset, std::uint64_t length) const noexcept {
        return length <= capacity_ && offset % capacity_ <= capacity_ - length;
    }
    // Returns the bytes. The caller has checked them with can_hold().
    [[nodiscard]] std::string_view text(std::uint64_t offset, std::size_t length) const noexcept {
        return {base_ + offset % capacity_, length};
    }
    // Returns the offset at which `length` bytes begin that are written behind `tail`: the tail, or the next
    // start of the area.
    [[nodiscard]] std::uint64_t place_for(std::uint64_t tail, std::uint64_t length) const noexcept {
        const std::uint64_t at = tail % capacity_;
        return at + length > capacity_ ? tail + (capacity_ - at) : tail;
    }
    // True if `length` bytes fit behind `tail`, while the bytes from `oldest` on are in use.
    [[nodiscard]] bool has_room(std::uint64_t oldest, std::uint64_t tail,
                                std::uint64_t length) const noexcept {
        return place_for(tail, length) + length - oldest <= capacity_;
    }

  private:
    const char* base_;
    std::uint64_t capacity_;
};

// A writable byte area.
class ByteArea : public ByteAreaView {
  public:
    ByteArea(char* base, std::uint64_t capacity) noexcept : ByteAreaView(base, capacity), base_(base) {}
    // Copies `text` to `offset`, where it fits (can_hold()).
    void write(std::uint64_t offset, std::string_view text) const noexcept {
        text.copy(base_ + offset % capacity(), text.size());
    }

  private:
    char* base_;
};

}  // namespace pipeline
