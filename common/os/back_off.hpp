// SPDX-License-Identifier: Apache-2.0
// Computes the delay before a process that has ended is started again. The first restart has no delay. As
// long as the process ends without progress, the next ones have delays of 10 ms, 20 ms, and so on, up to 1 s.
// Progress resets the delay to zero. The caller passes the times; the class reads no clock.
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

    // Call it when the process has ended or could not be started. Returns the delay until its next start.
    std::chrono::milliseconds ended(TimePoint now) noexcept {
        const auto delay = std::exchange(delay_, std::clamp(delay_ * 2, kFirst, kLast));
        start_at_ = now + delay;
        return delay;
    }
    // Returns the time before which the process must not be started again.
    [[nodiscard]] TimePoint start_at() const noexcept { return start_at_; }
    void got_further() noexcept { delay_ = std::chrono::milliseconds(0); }

  private:
    std::chrono::milliseconds delay_{0};
    TimePoint start_at_{};
};

}  // namespace pipeline
