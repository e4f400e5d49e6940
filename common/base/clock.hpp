// SPDX-License-Identifier: Apache-2.0
// The two clocks. Shared memory holds monotonic times only: they are the same in every process of the
// host and no setting of the clock moves them. The ledger holds wall-clock times; `WallClock` turns the
// one into the other.
#pragma once

#include <chrono>
#include <cstdint>

namespace pipeline {

// CLOCK_MONOTONIC in nanoseconds.
[[nodiscard]] inline std::uint64_t monotonic_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// How long it is until the next multiple of `tick` that is common to all processes of this host: (0, tick].
// One that wakes up alone finds a sleeping processor and cold caches, which costs more than what it wakes up
// for; together they pay that once.
[[nodiscard]] inline std::chrono::nanoseconds until_common_tick(
    std::chrono::nanoseconds tick, std::uint64_t now_ns = monotonic_ns()) noexcept {
    const auto length = static_cast<std::uint64_t>(tick.count());
    return std::chrono::nanoseconds(length - now_ns % length);
}

// Microseconds since 1970, UTC.
[[nodiscard]] inline std::int64_t wall_us() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// Both clocks, read at one moment.
class WallClock {
  public:
    WallClock() noexcept : WallClock(pipeline::wall_us(), pipeline::monotonic_ns()) {}
    // Of another moment.
    WallClock(std::int64_t wall_us, std::uint64_t monotonic_ns) noexcept
        : wall_us_(wall_us), monotonic_ns_(monotonic_ns) {}
    [[nodiscard]] std::int64_t now_us() const noexcept { return wall_us_; }
    // The wall-clock time, as the clock is set now, of a monotonic time of this boot.
    [[nodiscard]] std::int64_t at_us(std::uint64_t monotonic) const noexcept {
        return wall_us_ + static_cast<std::int64_t>(monotonic - monotonic_ns_) / 1000;
    }

  private:
    std::int64_t wall_us_;
    std::uint64_t monotonic_ns_;
};

}  // namespace pipeline
