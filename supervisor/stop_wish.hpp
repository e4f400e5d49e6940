// SPDX-License-Identifier: Apache-2.0
// How often somebody has asked for a stop: once drains, twice cuts the drain short. A terminal, a wrapper and
// a user may each send a signal for one wish, so signals within kOne of the first are one with it. Pure: the
// caller gives the times.
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
    // The first signal has been obeyed. This may have taken a while: a line of the log waits for its reader.
    void obeyed(TimePoint now) noexcept { since_ = now; }

  private:
    std::optional<TimePoint> since_;
};

}  // namespace pipeline
