// SPDX-License-Identifier: Apache-2.0
// A consumer's watch for a dead supervisor or producer. If the supervisor is dead, the consumer is an orphan,
// and the watch begins a drain. In a drain, the watch closes the ring if the producer is dead, or if the
// consumer has been an orphan for the drain timeout.
#pragma once

#include <chrono>

#include "common/core/ring.hpp"
#include "common/os/lineage.hpp"

namespace pipeline {

class DrainWatch {
  public:
    // `drain_timeout`: how long an orphan waits for the producer, the ledger, room in storage, or a permit.
    DrainWatch(const Ring& ring, Lineage lineage, std::chrono::nanoseconds drain_timeout) noexcept
        : ring_(ring), lineage_(lineage), drain_timeout_(drain_timeout) {}

    // Begins a drain if the supervisor is dead. In a drain, closes the ring if the producer is dead, or if
    // has_waited_enough(). Call it after each wait.
    void look();
    // True once a stop says that nothing more may be begun: what is unfinished is left to the next start.
    [[nodiscard]] bool must_leave() const noexcept { return ring_.leave_requested(); }
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
