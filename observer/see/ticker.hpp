// SPDX-License-Identifier: Apache-2.0
// Waits for the time of the next observation, for input, or for SIGTERM or SIGINT, which end the observer.
#pragma once

#include <chrono>

#include "common/base/fd.hpp"

namespace pipeline {

class Ticker {
  public:
    // Blocks SIGTERM and SIGINT in this thread and in those that it starts. Throws Failure InputOutput.
    explicit Ticker(std::chrono::nanoseconds interval);

    enum class Event { Tick, Input, End };
    // Waits for an event: the next Tick (missed ticks are dropped), Input on `fd` or `other` (unless they are
    // -1), or End.
    // If End is due, returns it first. If Tick and Input are both due, returns them in turn, so that neither
    // starves the other. Any other signal that interrupts the wait counts as Input on `fd`. If the other end
    // of `fd` is gone, returns End.
    [[nodiscard]] Event wait(int fd = -1, int other = -1);
    // Returns true once `fd` accepts data or reports an error. Returns false if the end comes first; after
    // that, wait() returns End as well.
    [[nodiscard]] bool wait_for_room(int fd);

  private:
    std::chrono::nanoseconds interval_;
    std::chrono::steady_clock::time_point next_;
    bool ticked_last_ = false;
    UniqueFd signals_;
};

}  // namespace pipeline
