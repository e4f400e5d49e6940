// SPDX-License-Identifier: Apache-2.0
// Measures the processing of a hand: for observers, for the supervisor's scaling, and for the size of the
// next claim.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/core/hand.hpp"
#include "common/core/metrics.hpp"
#include "consumer/work/claim_size.hpp"

namespace pipeline {

class WorkClock {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // All references must outlive the clock.
    WorkClock(const Hand& hand, PlaceMetrics& metrics, ActivityMeter& meter, ClaimSize& claim_size) noexcept
        : hand_(hand), metrics_(metrics), meter_(meter), claim_size_(claim_size) {}

    // Call when the processing of the hand begins.
    void begin() noexcept;
    // The time when the processing of the items that are not saved yet began.
    [[nodiscard]] TimePoint began() const noexcept { return began_; }
    // Call when the hand's `count` items from `first` on are processed, one by one since began(), and before
    // their results are saved: the save takes the items out of the hand. `is_end`: no item of the hand is
    // left.
    void pause(std::uint64_t first, std::size_t count, TimePoint now, bool is_end) noexcept;
    // Call when the results are saved.
    void resume() noexcept;
    // Call when the next attempt has to wait for a permit of --rate, and no item is being processed. The time
    // until go_on() does not count. Further calls change nothing.
    void rest() noexcept;
    // Call when the permit is there.
    void go_on() noexcept;
    // Call when nothing of the hand is left.
    void end() const noexcept { hand_.set_since(0); }

  private:
    void count_waiting(std::uint64_t first, std::size_t count, std::uint64_t each) const noexcept;

    Hand hand_;
    PlaceMetrics& metrics_;
    ActivityMeter& meter_;
    ClaimSize& claim_size_;
    TimePoint began_{};
    std::optional<TimePoint> resting_since_;
};

}  // namespace pipeline
