// SPDX-License-Identifier: Apache-2.0
// When to look again, and whether to end: SIGTERM and SIGINT are waited for together with the time.
#pragma once

#include <chrono>

#include "common/base/fd.hpp"

namespace pipeline {

class Ticker {
  public:
    // Blocks both signals in this thread and in those that it starts. Throws Failure InputOutput.
    explicit Ticker(std::chrono::nanoseconds interval);

    enum class Event { Tick, Input, End };
    // Waits for the next tick (one that is missed is left out), for the end, or for input on `fd` if it is
    // one. The end comes first; a tick that is due and input take turns, so that neither keeps the other off.
    // A signal that is handled elsewhere counts as input, and the other end of `fd` being gone as the end.
    [[nodiscard]] Event wait(int fd = -1);
    // True once `fd` takes something or says why not; false if the end comes before. wait() then says that
    // too.
    [[nodiscard]] bool wait_for_room(int fd);

  private:
    std::chrono::nanoseconds interval_;
    std::chrono::steady_clock::time_point next_;
    bool ticked_last_ = false;
    UniqueFd signals_;
};

}  // namespace pipeline
