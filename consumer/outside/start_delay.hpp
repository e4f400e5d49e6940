// SPDX-License-Identifier: Apache-2.0
// When a program that ended is started again: at once; if it ends again without having got any further, after
// a delay that doubles from 10 ms to 1 s. Getting further resets it.
#pragma once

#include <algorithm>
#include <chrono>

namespace pipeline {

class StartDelay {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kFirst{10};
    static constexpr std::chrono::milliseconds kLast{1000};

    // Not before this the next start.
    [[nodiscard]] TimePoint start_at() const noexcept { return start_at_; }
    // It has ended, or could not be started.
    void ended(TimePoint now) noexcept {
        start_at_ = now + delay_;
        delay_ = std::clamp(delay_ * 2, kFirst, kLast);
    }
    void got_further() noexcept { delay_ = std::chrono::milliseconds(0); }

  private:
    std::chrono::milliseconds delay_{0};
    TimePoint start_at_{};
};

}  // namespace pipeline
