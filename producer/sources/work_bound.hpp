// SPDX-License-Identifier: Apache-2.0
// Bounds how many invoices a pipeline holds that are not finished: as many as its consumers work on, one that
// waits, and those that are finished within kAhead. So several hosts share the messages of one consumer by
// their speed, and a host that is killed holds little. The speed is measured: from a low bound it grows
// within tenths of a second, because each tenth of a second finishes more than the last one.
//
// Finished invoices are not bounded here: they wait for the next commit, and the storage bounds them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "producer/sources/source.hpp"

namespace pipeline {

class WorkBound {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kAhead{100};
    static constexpr std::size_t kMost = 65'536;

    // Call it often while there is work. The caller passes the times; the class reads no clock.
    void note(const WorkProgress& progress, Clock::time_point now) noexcept;
    // A request takes so long to bring a message, which adds to kAhead.
    void set_round_trip(std::chrono::nanoseconds time) noexcept { round_trip_ = time; }

    // Returns how many unfinished invoices may be held, at least 2.
    [[nodiscard]] std::size_t most() const noexcept;
    // Returns after how long it pays to call note() again: a part of the time that an invoice takes.
    [[nodiscard]] std::chrono::nanoseconds tick() const noexcept;
    // Invoices a second, as measured.
    [[nodiscard]] double rate() const noexcept { return rate_; }

  private:
    static constexpr std::chrono::milliseconds kWindow{100};

    double rate_ = 0;
    std::uint32_t consumers_ = 1;
    std::chrono::nanoseconds round_trip_{};
    bool has_begun_ = false;
    Clock::time_point begun_at_{};  // the present window
    std::uint64_t finished_ = 0;    // before the present window
    bool has_lacked_work_ = false;  // in the present window: a consumer had nothing to do
};

}  // namespace pipeline
