// SPDX-License-Identifier: Apache-2.0
// Decides how long an idle process sleeps before it polls. Every event that the process waits for wakes it.
// It polls only because a killed process may have lost a wake-up: the supervisor wakes all processes after
// each death, but may itself be dead or stopped.
#pragma once

#include <chrono>

#include "common/base/clock.hpp"

namespace pipeline {

class IdleWait {
  public:
    // The first four waits after the process has found something end at a multiple of this time.
    static constexpr std::chrono::milliseconds kSoon{500};
    // Later waits end at a multiple of this time. The pipeline has been idle for a while then, so no work is
    // left that could be stuck; and each wake-up of a sleeping processor costs 25 us.
    static constexpr std::chrono::milliseconds kLater{4000};

    void found_something() noexcept { looks_ = 0; }
    // Returns how long to wait: until the next tick, which all processes of this host share. Call it before
    // each wait.
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
