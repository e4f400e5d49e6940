// SPDX-License-Identifier: Apache-2.0
// Notices that the supervisor or the producer is dead, and does its part in a drain. An orphan requests the
// stop in place of the supervisor. The first consumer that finds a stop requested and the producer dead
// closes the ring.
#pragma once

#include <chrono>

#include "common/core/ring.hpp"
#include "common/os/lineage.hpp"

namespace pipeline {

class DrainWatch {
  public:
    // `drain_timeout`: how long an orphan waits for the producer, for the ledger, or for room in storage.
    DrainWatch(const Ring& ring, Lineage lineage, std::chrono::nanoseconds drain_timeout) noexcept
        : ring_(ring), lineage_(lineage), drain_timeout_(drain_timeout) {}

    // Looks for a dead supervisor and a dead producer. Call it at each bounded wait.
    void look();
    [[nodiscard]] bool is_draining() const noexcept { return ring_.stop_requested() || ring_.closed(); }
    // True once look() has found the supervisor dead.
    [[nodiscard]] bool is_orphan() const noexcept { return orphan_since_ != TimePoint{}; }
    // True if this consumer has been an orphan for the drain timeout.
    [[nodiscard]] bool has_waited_enough() const noexcept;
    [[nodiscard]] bool producer_is_alive() const noexcept;

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    Ring ring_;
    Lineage lineage_;
    std::chrono::nanoseconds drain_timeout_;
    TimePoint orphan_since_{};
};

}  // namespace pipeline
