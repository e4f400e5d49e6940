// SPDX-License-Identifier: Apache-2.0
// The work that every peer does: a producer makes items whose content follows from their number, and whoever
// receives one looks whether that is what it got. Making and checking cost a few nanoseconds, so that what is
// measured is the way in between. That nothing was lost or doubled is seen at the end: the count and the sum
// of all numbers must be those of 1..n.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "common/base/clock.hpp"

namespace pipeline::bench {

// The eight bytes that an id begins with, and the bytes of them that belong to an id of that length.
[[nodiscard]] inline std::uint64_t id_stamp(std::uint64_t number) noexcept {
    return 0x2020'2020'2020'2020U | (number * 0x9e37'79b9'7f4a'7c15U & 0x5f5f'5f5f'5f5f'5f5fU);
}
[[nodiscard]] inline std::uint64_t id_mask(std::size_t length) noexcept {
    return length >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * length)) - 1;
}

inline void set_position(std::uint64_t& position, std::uint64_t value) noexcept {
    position = value;
}
template <class Atomic>
void set_position(Atomic& position, std::uint64_t value) noexcept {
    position.store(value, std::memory_order_relaxed);
}

// Makes items 1, 2, 3... Works for WireItem and for the pipeline's Item.
template <class Item>
class Workload {
  public:
    explicit Workload(std::size_t id_bytes) noexcept : id_bytes_(static_cast<std::uint8_t>(id_bytes)) {}

    // To be called once for the memory that fill() will use: what is the same in all items.
    void prepare(std::span<Item> items) const noexcept {
        for (Item& item : items) {
            item.id.fill('-');
            item.id_length = id_bytes_;
        }
    }

    void fill(std::span<Item> items) noexcept {
        const std::uint64_t now = monotonic_ns();
        for (Item& item : items) {
            const std::uint64_t stamp = id_stamp(++number_);
            set_position(item.position, number_);
            item.acquired_ns = now;
            std::memcpy(item.id.data(), &stamp, sizeof stamp);
        }
    }

    [[nodiscard]] std::uint64_t made() const noexcept { return number_; }

  private:
    std::uint8_t id_bytes_;
    std::uint64_t number_ = 0;
};

// What one receiver has received. Lies in shared memory, each in cache lines of its own.
struct alignas(128) Received {
    std::uint64_t count;
    std::uint64_t sum;    // of the numbers
    std::uint64_t wrong;  // items whose content is not what their number says
    std::uint64_t ended_ns;

    template <class Item>
    void check(std::span<const Item> items, std::size_t id_bytes) noexcept {
        const std::uint64_t mask = id_mask(id_bytes);
        std::uint64_t numbers = 0;
        std::uint64_t bad = 0;
        for (const Item& item : items) {
            const std::uint64_t number = item.position;
            std::uint64_t stamp = 0;
            std::memcpy(&stamp, item.id.data(), sizeof stamp);
            const bool good = ((stamp ^ id_stamp(number)) & mask) == 0 && item.id_length == id_bytes &&
                              (id_bytes <= 8 || item.id[id_bytes - 1] == '-');
            numbers += number;
            bad += good ? 0 : 1;
        }
        count += items.size();
        sum += numbers;
        wrong += bad;
    }
};

}  // namespace pipeline::bench
