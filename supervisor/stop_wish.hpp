// SPDX-License-Identifier: Apache-2.0
// Decides what each signal to stop means: the first one drains, the second one cuts the drain short. A
// terminal, a wrapper and a user may each send a signal for the same request, so a signal within kOne after
// the first one means nothing. Pure: the caller passes the times.
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
    // Call it when the first signal has been obeyed: kOne counts from this moment. Obeying may take a while,
    // since writing a log line may block.
    void obeyed(TimePoint now) noexcept { since_ = now; }

  private:
    std::optional<TimePoint> since_;
};

}  // namespace pipeline
