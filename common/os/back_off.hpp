// SPDX-License-Identifier: Apache-2.0
// Tells when to restart a process that has ended: at once. If the process ends again without progress, the
// delay doubles from 10 ms to 1 s. Progress resets the delay. The caller gives the times; no clock is read.
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
    // Returns the earliest time of the next start.
    [[nodiscard]] TimePoint start_at() const noexcept { return start_at_; }
    void got_further() noexcept { delay_ = std::chrono::milliseconds(0); }

  private:
    std::chrono::milliseconds delay_{0};
    TimePoint start_at_{};
};

}  // namespace pipeline
