// SPDX-License-Identifier: Apache-2.0
// The layout of the segments of version 0.1.0 (layout version 4). It never changes, so that old_segments.cpp
// can read such segments. The metrics have no struct here, because nothing reads them. No process writes to
// such segments any more, so plain members suffice instead of atomics. layout.hpp explains the fields of the
// same names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/shm/robust_mutex.hpp"

namespace pipeline::layout_4 {

inline constexpr std::uint32_t kLayoutVersion = 4;
inline constexpr std::size_t kPlaces = 256;
inline constexpr std::size_t kHandItems = 256;
inline constexpr std::size_t kSpecBytes = 4352;
inline constexpr std::size_t kMetricsBytes = 5'023'488;  // behind the slots; never read

struct Header {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::uint32_t capacity;
    std::uint64_t total_bytes;
    std::uint64_t generation;
};

// The bytes of a RobustMutex: a pthread_mutex_t and two words of ours.
struct alignas(64) Mutex {
    std::array<std::byte, 64> bytes;

    [[nodiscard]] const RobustMutex& as_mutex() const noexcept {
        return *reinterpret_cast<const RobustMutex*>(this);
    }
};
static_assert(sizeof(RobustMutex) == sizeof(Mutex) && alignof(RobustMutex) == 64);

struct alignas(64) Item {
    std::uint64_t position;
    std::uint64_t acquired_ns;
    std::uint32_t extent;
    std::uint32_t blame;
    std::uint8_t id_length;
    std::array<char, 103> id;
};

struct alignas(64) Hand {
    std::uint64_t word;
    std::uint64_t work;
    std::uint64_t since_ns;
    std::uint32_t pid;
    std::uint32_t death;
    std::uint32_t leave;
};

struct alignas(64) Ring {
    Header header;
    std::uint64_t start_position;
    std::uint32_t ordered;
    std::array<char, kSpecBytes> source;
    std::array<char, kSpecBytes> ledger;
    std::uint32_t stop;
    std::uint32_t paused;
    std::uint32_t calls;
    Mutex push_lock;
    alignas(64) std::uint64_t tail;
    std::uint32_t closed;
    std::uint32_t exhausted;
    std::uint32_t producer_pid;
    std::uint64_t expected;
    Mutex pop_lock;
    alignas(64) std::uint64_t head;
    alignas(64) std::array<std::uint32_t, 2> items;
    alignas(64) std::array<std::uint32_t, 2> producer;
    std::array<Hand, kPlaces> hands;
    std::array<std::array<Item, kHandItems>, kPlaces> hand_items;

    [[nodiscard]] const Item* slots() const noexcept { return reinterpret_cast<const Item*>(this + 1); }
};

struct Totals {
    std::uint64_t booked;
    std::uint64_t rejected;
    std::uint64_t failed;
    std::uint64_t duplicates;
};

struct alignas(64) Record {
    std::uint64_t ring_index;
    std::uint64_t position;
    std::uint64_t acquired_ns;
    std::uint64_t saved_ns;
    std::uint16_t place;
    std::uint8_t attempts;
    std::uint8_t status;
    std::uint8_t has_details;
    std::uint8_t id_length;
    std::uint8_t outcome;
    std::array<char, 103> id;
};

struct Details {
    std::array<std::int64_t, 4> amounts;
    std::uint8_t present;
    std::array<char, 3> currency;
    std::uint16_t supplier_length;
    std::uint16_t reason_length;
    std::array<char, 200> supplier;
    std::array<char, 272> reason;
};

struct alignas(64) Storage {
    Header header;
    Mutex save_lock;
    alignas(64) std::uint64_t tail;
    Mutex flush_lock;
    alignas(64) std::uint64_t durable_word;
    std::array<Totals, 2> totals;
    std::uint64_t cursor;
    alignas(64) std::uint64_t released;
    alignas(64) std::array<std::uint32_t, 2> room;

    [[nodiscard]] const Record* records() const noexcept { return reinterpret_cast<const Record*>(this + 1); }
    [[nodiscard]] const Details* details() const noexcept {
        return reinterpret_cast<const Details*>(records() + header.capacity);
    }
};

[[nodiscard]] constexpr std::size_t ring_bytes(std::uint32_t capacity) noexcept {
    return sizeof(Ring) + std::size_t{capacity} * sizeof(Item) + kMetricsBytes;
}
[[nodiscard]] constexpr std::size_t storage_bytes(std::uint32_t capacity) noexcept {
    return sizeof(Storage) + std::size_t{capacity} * (sizeof(Record) + sizeof(Details));
}

static_assert(sizeof(Item) == 128 && offsetof(Item, id) == 25);
static_assert(sizeof(Hand) == 64 && offsetof(Hand, leave) == 32);
static_assert(offsetof(Ring, source) == 44 && offsetof(Ring, ledger) == 4396 && offsetof(Ring, stop) == 8748);
static_assert(offsetof(Ring, push_lock) == 8768 && offsetof(Ring, tail) == 8832 &&
              offsetof(Ring, expected) == 8856);
static_assert(offsetof(Ring, pop_lock) == 8896 && offsetof(Ring, head) == 8960 &&
              offsetof(Ring, items) == 9024);
static_assert(offsetof(Ring, hands) == 9152 && offsetof(Ring, hand_items) == 25536 &&
              sizeof(Ring) == 8'414'144);
static_assert(sizeof(Record) == 192 && offsetof(Record, place) == 32 && offsetof(Record, id) == 39);
static_assert(sizeof(Details) == 512 && offsetof(Details, supplier) == 40 &&
              offsetof(Details, reason) == 240);
static_assert(offsetof(Storage, save_lock) == 64 && offsetof(Storage, tail) == 128);
static_assert(offsetof(Storage, durable_word) == 256 && offsetof(Storage, totals) == 264);
static_assert(offsetof(Storage, cursor) == 328 && offsetof(Storage, released) == 384 &&
              sizeof(Storage) == 512);

}  // namespace pipeline::layout_4
