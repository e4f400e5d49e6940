// SPDX-License-Identifier: Apache-2.0
// Decides how many items a consumer claims at once: as many as it can process within kBudget, judging by the
// time that the last items took. A consumer claims slow invoices one by one, so that none waits in the hand
// of a busy consumer. It claims fast invoices in batches, to take fewer locks and send fewer wake-ups.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pipeline {

class ClaimSize {
  public:
    static constexpr std::chrono::nanoseconds kBudget{1'000'000};

    // `most`: the greatest claim, 1..kMaxBatch. `least`: the smallest claim, for a processor that works on
    // that many items at a time; lowered to `most` if it is greater. The first claim has the size `least`,
    // since nothing is measured yet.
    explicit ClaimSize(std::size_t most, std::size_t least = 1) noexcept
        : most_(most), least_(std::min(least, most)), size_(least_) {}

    // The number of items to claim next, least..most.
    [[nodiscard]] std::size_t next() const noexcept { return size_; }

    // The expected time of the next item; 0 if nothing is measured yet.
    [[nodiscard]] std::chrono::nanoseconds next_item() const noexcept {
        constexpr double kMostNs = 1e15;
        return std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(service_ns_, 0.0, kMostNs)));
    }

    // The number of items to process between two readings of the clock: as many as take ten microseconds,
    // since a reading costs more than a trivial invoice. At most 64, in case invoices suddenly become slow.
    [[nodiscard]] std::size_t items_a_look() const noexcept {
        constexpr double kLookNs = 10'000;
        constexpr std::size_t kMost = 64;
        if (service_ns_ < 0) return 1;
        return std::clamp<std::size_t>(static_cast<std::size_t>(kLookNs / std::max(service_ns_, 1.0)), 1,
                                       kMost);
    }

    // Notes that `count` > 0 items took `elapsed`. The time per item is estimated as an exponentially
    // weighted moving average, in which the newest measurement has the weight 1/4. One call makes next() at
    // most four times as great.
    void measured(std::size_t count, std::chrono::nanoseconds elapsed) noexcept {
        const double each = static_cast<double>(elapsed.count()) / static_cast<double>(count);
        service_ns_ = service_ns_ < 0 ? each : service_ns_ + (each - service_ns_) / 4;
        const double fits = static_cast<double>(kBudget.count()) / std::max(service_ns_, 1.0);
        const auto wanted = fits >= static_cast<double>(most_) ? most_ : static_cast<std::size_t>(fits);
        size_ = std::clamp<std::size_t>(std::min(wanted, size_ * 4), least_, most_);
    }

  private:
    std::size_t most_;
    std::size_t least_;
    std::size_t size_;
    double service_ns_ = -1;
};

}  // namespace pipeline
