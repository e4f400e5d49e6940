// SPDX-License-Identifier: Apache-2.0
// How long an idle process sleeps before it polls. Every event that it waits for wakes it. Polling only
// covers a wake-up lost with a killed process while the supervisor, which wakes all after each death, was
// dead or stopped too.
#pragma once

#include <chrono>

#include "common/base/clock.hpp"

namespace pipeline {

class IdleWait {
  public:
    static constexpr std::chrono::milliseconds kSoon{500};
    // For a pipeline that has been idle for a while: no work is left that could be stuck. Waking a sleeping
    // processor costs 25 us: that is the cost of idling.
    static constexpr std::chrono::milliseconds kLater{3000};

    void found_something() noexcept { looks_ = 0; }
    // The time to the next tick, which all processes of this host share. Call it before each wait.
    [[nodiscard]] std::chrono::nanoseconds next(std::uint64_t now_ns = monotonic_ns()) noexcept {
        if (looks_ == kLooksSoon) return until_common_tick(kLater, now_ns);
        ++looks_;
        return until_common_tick(kSoon, now_ns);
    }

  private:
    static constexpr unsigned kLooksSoon = 4;
    unsigned looks_ = 0;
};

}  // namespace pipeline
