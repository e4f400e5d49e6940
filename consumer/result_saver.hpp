// SPDX-License-Identifier: Apache-2.0
// Saves the results of a hand's next items into storage. While storage is full it waits, and leads the flush
// that makes room.
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

    // Saves all findings. Returns false if the consumer is an orphan that cannot continue: the rest stays in
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
