// SPDX-License-Identifier: Apache-2.0
// The monotonic clock and the wall clock. Shared memory holds only monotonic times: all processes of the host
// read the same ones, and setting the wall clock does not change them. The ledger holds wall-clock times;
// `WallClock` converts monotonic times to them.
#pragma once

#include <chrono>
#include <cstdint>

namespace pipeline {

// Returns the time of CLOCK_MONOTONIC in nanoseconds.
[[nodiscard]] inline std::uint64_t monotonic_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// Returns the time until the next multiple of `tick`, in (0, tick]. All processes of this host share these
// ticks, and so wake together. A process that wakes alone finds a sleeping processor and cold caches, which
// cost more than its work; processes that wake together pay for them once.
[[nodiscard]] inline std::chrono::nanoseconds until_common_tick(
    std::chrono::nanoseconds tick, std::uint64_t now_ns = monotonic_ns()) noexcept {
    const auto length = static_cast<std::uint64_t>(tick.count());
    return std::chrono::nanoseconds(length - now_ns % length);
}

// Returns the time of the wall clock: microseconds since 1970, UTC.
[[nodiscard]] inline std::int64_t wall_us() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// The times of both clocks at one moment.
class WallClock {
  public:
    WallClock() noexcept : WallClock(pipeline::wall_us(), pipeline::monotonic_ns()) {}
    // Uses the given times, which were read at one moment.
    WallClock(std::int64_t wall_us, std::uint64_t monotonic_ns) noexcept
        : wall_us_(wall_us), monotonic_ns_(monotonic_ns) {}
    [[nodiscard]] std::int64_t now_us() const noexcept { return wall_us_; }
    // Returns a clock whose wall is ahead of this one's: that of another machine, for example.
    [[nodiscard]] WallClock ahead_by(std::int64_t us) const noexcept {
        return {wall_us_ + us, monotonic_ns_};
    }
    // Converts a monotonic time of this boot to wall-clock time. Assumes that the wall clock was always set
    // as it was when the object read both clocks.
    [[nodiscard]] std::int64_t at_us(std::uint64_t monotonic) const noexcept {
        return wall_us_ + static_cast<std::int64_t>(monotonic - monotonic_ns_) / 1000;
    }

  private:
    std::int64_t wall_us_;
    std::uint64_t monotonic_ns_;
};

}  // namespace pipeline
