// SPDX-License-Identifier: Apache-2.0
// Measures how long the items that a consumer has claimed (its hand) wait and how long their processing
// takes. Observers, the supervisor's scaling and the size of the next claim use these times.
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

    // Call before the hand's first item is processed.
    void begin() noexcept;
    // The time when the processing of the unsaved items began. Each rest (from rest() to go_on()) moves it
    // forward by the length of the rest.
    [[nodiscard]] TimePoint began() const noexcept { return began_; }
    // Call just before saving the results of `count` items of the hand, from item `first` on: the save takes
    // them out of the hand. They count as processed one after another since began(). `is_end`: they are the
    // hand's last items.
    void pause(std::uint64_t first, std::size_t count, TimePoint now, bool is_end) noexcept;
    // Call after the save that followed pause().
    void resume() noexcept;
    // Call when the next attempt has to wait for a permit of --rate, and no item is being processed. The time
    // until go_on() does not count as processing. A second call before go_on() changes nothing.
    void rest() noexcept;
    // Call when the consumer has got the permit. Without a rest() before it, changes nothing.
    void go_on() noexcept;
    // Call when the consumer stops working on the hand: an observer then sees no item in progress.
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
