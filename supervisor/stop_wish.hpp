// SPDX-License-Identifier: Apache-2.0
// Counts requests to stop: the first one drains, the second one cuts the drain short. A terminal, a wrapper
// and a user may each send a signal for the same request, so a signal within kOne after the first belongs to
// the first. Pure: the caller gives the times.
#pragma once

#include <chrono>
#include <optional>

namespace pipeline {

class StopWish {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kOne{200};

    enum class Means { Drain, Nothing, CutShort };
    [[nodiscard]] Means signalled(TimePoint now) const noexcept {
        if (!since_) return Means::Drain;
        return now - *since_ < kOne ? Means::Nothing : Means::CutShort;
    }
    // Call when the first signal has been obeyed. This may have taken a while: a log line waits for its
    // reader.
    void obeyed(TimePoint now) noexcept { since_ = now; }

  private:
    std::optional<TimePoint> since_;
};

}  // namespace pipeline
