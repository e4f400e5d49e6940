// SPDX-License-Identifier: Apache-2.0
// Decides what each signal to stop means: the first one drains, the second one leaves what is not in work to
// the next start, and the third one cuts that short. A terminal, a wrapper and a user may each send a signal
// for the same request, so a signal within kOne after one that was obeyed means nothing. Pure: the caller
// passes the times.
#pragma once

#include <chrono>

namespace pipeline {

class StopWish {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kOne{200};

    enum class Means { Nothing, Drain, Leave, CutShort };
    [[nodiscard]] Means signalled(TimePoint now) const noexcept {
        if (count_ != 0 && now - since_ < kOne) return Means::Nothing;
        return count_ == 0 ? Means::Drain : count_ == 1 ? Means::Leave : Means::CutShort;
    }
    // Call it when a signal that means something has been obeyed: kOne counts from this moment. Obeying may
    // take a while, since writing a log line may block.
    void obeyed(TimePoint now) noexcept {
        ++count_;
        since_ = now;
    }

  private:
    unsigned count_ = 0;  // signals that were obeyed
    TimePoint since_{};
};

}  // namespace pipeline
