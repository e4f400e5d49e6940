// SPDX-License-Identifier: Apache-2.0
// How fast the producer may acquire (`--rate N/s`): a token bucket, one token an item. It holds what comes
// in within 10 ms and one token more, so that a producer that wakes up a little late keeps the rate, and
// one that was held up for long does not make up for it in a burst. It starts with one token.
// It knows no clock: the time is passed in.
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

    // How many items may be acquired now, at most `wanted`.
    [[nodiscard]] std::size_t allowed(std::uint64_t now_ns, std::size_t wanted) noexcept;

    // `count` items were acquired: at most what allowed() said.
    void take(std::size_t count) noexcept;

    // How long it takes until at least one item is allowed; zero if one is now, at most an hour.
    [[nodiscard]] std::chrono::nanoseconds until_next(std::uint64_t now_ns) noexcept;

  private:
    void fill(std::uint64_t now_ns) noexcept;

    double per_second_;
    double most_;
    double tokens_ = 1;
    std::uint64_t filled_ns_;
};

}  // namespace pipeline
