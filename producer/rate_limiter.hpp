// SPDX-License-Identifier: Apache-2.0
// Limits how fast the producer acquires (`--rate N/s`): a token bucket, one token per item. It holds the
// tokens of 10 ms plus one, so that a producer that wakes up a little late keeps the rate, and a long-stalled
// one does not catch up in a burst. It starts with one token. It has no clock: the caller passes the time.
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

    // `count` items were acquired: at most what allowed() said.
    void take(std::size_t count) noexcept;

    // The time until at least one item is allowed: zero if one is now, at most an hour.
    [[nodiscard]] std::chrono::nanoseconds until_next(std::uint64_t now_ns) noexcept;

  private:
    void fill(std::uint64_t now_ns) noexcept;

    double per_second_;
    double most_;
    double tokens_ = 1;
    std::uint64_t filled_ns_;
};

}  // namespace pipeline
