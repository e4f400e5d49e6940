// SPDX-License-Identifier: Apache-2.0
// A ring and a storage in ordinary memory of one process: what they do is the same there, and sanitizers
// and threads can look at it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline::test {

class MemorySegments {
  public:
    static constexpr std::uint64_t kByteCapacity = 16'384;
    // The byte areas are small: a capacity that is a plain number gets 16 KiB.
    MemorySegments(std::uint32_t ring_slots, std::uint32_t records)
        : MemorySegments(Capacity(ring_slots, kByteCapacity), Capacity(records, kByteCapacity)) {}
    MemorySegments(Capacity ring_capacity, Capacity storage_capacity)
        : ring_memory_(zeroed(Ring::size(ring_capacity))),
          storage_memory_(zeroed(Storage::size(storage_capacity))) {
        Ring::initialise(ring_area(), ring_capacity);
        Storage::initialise(storage_area(), storage_capacity);
    }

    [[nodiscard]] RingArea& ring_area() const { return *static_cast<RingArea*>(ring_memory_.get()); }
    [[nodiscard]] StorageArea& storage_area() const {
        return *static_cast<StorageArea*>(storage_memory_.get());
    }
    [[nodiscard]] Ring ring() const { return Ring(ring_area()); }
    [[nodiscard]] Storage storage() const { return {storage_area(), ring()}; }
    [[nodiscard]] HistogramArea& until_durable() const { return *until_durable_; }
    [[nodiscard]] LedgerMetrics& ledger_metrics() const { return *ledger_metrics_; }

  private:
    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    using Memory = std::unique_ptr<void, Free>;
    static Memory zeroed(std::size_t bytes) {
        void* memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
        std::memset(memory, 0, bytes);
        return Memory(memory);
    }
    Memory ring_memory_;
    Memory storage_memory_;
    std::unique_ptr<HistogramArea> until_durable_ = std::make_unique<HistogramArea>();
    std::unique_ptr<LedgerMetrics> ledger_metrics_ = std::make_unique<LedgerMetrics>();
};

// A thread locks the mutex, does `last_act` and ends without unlocking: the mutex is then as a process
// that was killed there leaves it.
template <class LastAct>
void die_holding(RobustMutex& mutex, LastAct&& last_act) {
    std::thread([&] {
        auto guard = mutex.lock([] {});
        last_act();
        alignas(RobustMutex::Guard) static std::array<std::byte, sizeof(RobustMutex::Guard)> never_destroyed;
        new (never_destroyed.data()) RobustMutex::Guard(std::move(guard));
    }).join();
}

// An item as `sequence` gives it: id and position are the number, the next position is one more.
inline void set_number(Item& item, std::uint64_t number) {
    item.set_id(std::to_string(number));
    item.position = number;
    item.extent = 1;
}

}  // namespace pipeline::test
