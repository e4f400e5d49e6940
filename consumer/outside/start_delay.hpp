// SPDX-License-Identifier: Apache-2.0
// When to restart a program that ended: at once. If it ends again without progress, back off: the delay
// doubles from 10 ms to 1 s. Progress resets it.
#pragma once

#include <algorithm>
#include <chrono>

namespace pipeline {

class StartDelay {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kFirst{10};
    static constexpr std::chrono::milliseconds kLast{1000};

    // The earliest time of the next start.
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
