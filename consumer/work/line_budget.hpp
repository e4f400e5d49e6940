// SPDX-License-Identifier: Apache-2.0
// How many lines may go into the log: so many in each second, and then none until the next one begins. What
// is left out is counted, so that a single line can say so.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

namespace pipeline {

class LineBudget {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit LineBudget(std::uint32_t lines_per_second) noexcept : most_(lines_per_second) {}

    // True if a line may be written now, which is then counted against the second.
    [[nodiscard]] bool take(TimePoint now) noexcept {
        if (now >= until_) {
            until_ = now + std::chrono::seconds(1);
            taken_ = 0;
        }
        if (taken_ == most_) return false;
        ++taken_;
        return true;
    }
    // True if take() would refuse.
    [[nodiscard]] bool is_used_up(TimePoint now) const noexcept { return taken_ == most_ && now < until_; }

    // What was left out (lines or bytes, as the caller counts), until it is asked for.
    void left_out(std::uint64_t amount) noexcept { left_out_ += amount; }
    [[nodiscard]] std::uint64_t take_left_out() noexcept { return std::exchange(left_out_, 0); }

  private:
    std::uint32_t most_;
    std::uint32_t taken_ = 0;
    TimePoint until_{};
    std::uint64_t left_out_ = 0;
};

}  // namespace pipeline
