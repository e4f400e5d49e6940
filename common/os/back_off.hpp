// SPDX-License-Identifier: Apache-2.0
// When to start a process again that has ended: at once. If it ends again without progress, back off: the
// delay doubles from 10 ms to 1 s. Progress resets it. Pure: the caller gives the times.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace pipeline {

class BackOff {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kFirst{10};
    static constexpr std::chrono::milliseconds kLast{1000};

    // The process has ended, or could not be started. Returns the delay until its next start.
    std::chrono::milliseconds ended(TimePoint now) noexcept {
        const auto delay = std::exchange(delay_, std::clamp(delay_ * 2, kFirst, kLast));
        start_at_ = now + delay;
        return delay;
    }
    // The earliest time of the next start.
    [[nodiscard]] TimePoint start_at() const noexcept { return start_at_; }
    void got_further() noexcept { delay_ = std::chrono::milliseconds(0); }

  private:
    std::chrono::milliseconds delay_{0};
    TimePoint start_at_{};
};

}  // namespace pipeline
