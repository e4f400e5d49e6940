// SPDX-License-Identifier: Apache-2.0
// How long a process with nothing to do sleeps before it looks around by itself. All that it waits for wakes
// it; the look is for what might have been lost with a killed process while the supervisor, who wakes all
// after each death, was dead or stopped too.
#pragma once

#include <chrono>

#include "common/base/clock.hpp"

namespace pipeline {

class IdleWait {
  public:
    static constexpr std::chrono::milliseconds kSoon{500};
    // A pipeline that has done nothing for a while has nothing to lose by then. Waking a sleeping processor
    // costs 25 us: this is what idle costs.
    static constexpr std::chrono::milliseconds kLater{3000};

    void found_something() noexcept { looks_ = 0; }
    // To the next moment that is common to all processes of this host. To be called before each wait.
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
