// SPDX-License-Identifier: Apache-2.0
// Saves results of the items that a consumer has claimed (its hand) into storage. While storage is full, it
// leads flushes that are due, and waits for room.
#pragma once

#include <span>

#include "common/core/hand.hpp"
#include "common/core/metrics.hpp"
#include "common/core/storage.hpp"
#include "consumer/drain_watch.hpp"
#include "consumer/flush_duty.hpp"

namespace pipeline {

class ResultSaver {
  public:
    // All references must outlive the object.
    ResultSaver(const Hand& hand, const Storage& storage, PlaceMetrics& metrics, FlushDuty& flush,
                DrainWatch& watch) noexcept
        : hand_(hand), storage_(storage), metrics_(metrics), flush_(flush), watch_(watch) {}

    // Saves `findings`, the results of the hand's next items. Returns false if the storage is full, the
    // supervisor is dead, and the consumer cannot wait for room any longer. The unsaved items then stay in
    // the hand.
    [[nodiscard]] bool save(std::span<const Finding> findings);

  private:
    [[nodiscard]] bool nobody_makes_room() const noexcept;

    Hand hand_;
    Storage storage_;
    PlaceMetrics& metrics_;
    FlushDuty& flush_;
    DrainWatch& watch_;
};

}  // namespace pipeline
