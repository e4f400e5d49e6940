// SPDX-License-Identifier: Apache-2.0
// Waits for the time of the next observation, or for the end, which SIGTERM or SIGINT requests.
#pragma once

#include <chrono>

#include "common/base/fd.hpp"

namespace pipeline {

class Ticker {
  public:
    // Blocks SIGTERM and SIGINT in this thread and in those that it starts. Throws Failure InputOutput.
    explicit Ticker(std::chrono::nanoseconds interval);

    enum class Event { Tick, Input, End };
    // Waits for the next tick (missed ones are dropped), for the end, or for input on `fd` unless it is -1.
    // If several are due, the end is returned first; ticks and input alternate, so neither starves the other.
    // Any other signal that interrupts the wait counts as input on `fd`. If the other end of `fd` is gone,
    // that counts as the end.
    [[nodiscard]] Event wait(int fd = -1);
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
