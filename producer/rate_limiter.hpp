// SPDX-License-Identifier: Apache-2.0
// Limits how fast the producer acquires (`--rate N/s`): a token bucket, one token per item. The bucket holds
// at most the tokens of 10 ms plus one: a producer that wakes up a little late keeps the rate, but after a
// long stall it does not catch up in a burst. The bucket starts with one token. The class has no clock: the
// caller passes the time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pipeline {

class RateLimiter {
  public:
    static constexpr double kBurstSeconds = 0.010;

    // `per_second` > 0; all times are monotonic nanoseconds.
    RateLimiter(double per_second, std::uint64_t now_ns) noexcept;

    // The number of items that may be acquired now, at most `wanted`.
    [[nodiscard]] std::size_t allowed(std::uint64_t now_ns, std::size_t wanted) noexcept;

    // Takes `count` tokens for items that were acquired, at most as many as allowed() returned.
    void take(std::size_t count) noexcept;

    // The time until at least one item is allowed: zero if one is allowed now, at most an hour.
    [[nodiscard]] std::chrono::nanoseconds until_next(std::uint64_t now_ns) noexcept;

  private:
    void fill(std::uint64_t now_ns) noexcept;

    double per_second_;
    double most_;
    double tokens_ = 1;
    std::uint64_t filled_ns_;
};

}  // namespace pipeline
