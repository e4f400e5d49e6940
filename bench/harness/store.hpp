// SPDX-License-Identifier: Apache-2.0
// Where received items are kept if a measurement asks for it (--store): a ring of the newest records in
// shared memory, appended to under a plain process-shared mutex, as much at a time as the peer delivers. It
// is the cheapest storage that fits the exercise: nothing waits for room, nothing survives a kill.
#pragma once

#include <pthread.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "bench/harness/settings.hpp"
#include "bench/harness/shared.hpp"

namespace pipeline::bench {

template <class Item>
class Store {
  public:
    Store() noexcept : area_(&shared<Area>()) {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        ::pthread_mutex_init(&area_->lock, &attributes);
    }

    // In each process that appends, before it begins.
    void enter() noexcept { populate(area_, sizeof *area_); }

    void append(std::span<const Item> items) noexcept {
        ::pthread_mutex_lock(&area_->lock);
        for (const Item& item : items) {
            std::memcpy(&area_->records[area_->tail % kQueueItems], static_cast<const void*>(&item),
                        sizeof(Item));
            ++area_->tail;
        }
        ::pthread_mutex_unlock(&area_->lock);
    }

    [[nodiscard]] std::uint64_t stored() const noexcept { return area_->tail; }

  private:
    struct Area {
        pthread_mutex_t lock;
        alignas(64) std::uint64_t tail;
        alignas(64) std::array<std::array<std::byte, sizeof(Item)>, kQueueItems> records;
    };
    Area* area_;
};

}  // namespace pipeline::bench
