// SPDX-License-Identifier: Apache-2.0
// Limits the log to a number of lines per second. After that many lines, allows no line until a second has
// passed since the first of them. Counts the lines or bytes that are left out, so that one later line can
// report their number.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace pipeline {

class LineBudget {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit LineBudget(std::uint32_t lines_per_second) noexcept : most_(lines_per_second) {}

    // Returns true if a line may be written now, and counts it.
    [[nodiscard]] bool take(TimePoint now) noexcept {
        if (now >= until_) {
            until_ = now + std::chrono::seconds(1);
            taken_ = 0;
        }
        if (taken_ == most_) return false;
        ++taken_;
        return true;
    }
    // True if take() would return false.
    [[nodiscard]] bool is_used_up(TimePoint now) const noexcept { return taken_ == most_ && now < until_; }

    // Notes that the caller has left out `amount` lines or bytes. take_left_out() returns the sum since its
    // last call.
    void left_out(std::uint64_t amount) noexcept { left_out_ += amount; }
    [[nodiscard]] std::uint64_t take_left_out() noexcept { return std::exchange(left_out_, 0); }

  private:
    std::uint32_t most_;
    std::uint32_t taken_ = 0;
    TimePoint until_{};
    std::uint64_t left_out_ = 0;
};

}  // namespace pipeline
