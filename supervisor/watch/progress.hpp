// SPDX-License-Identifier: Apache-2.0
// Draws one live line on a terminal: how much is done, how fast, and for a finite source the time left. Draws
// nothing if standard error is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline {

class Progress {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kInterval{200};

    // `durable`: Storage::durable() when this run began; the records counted in it do not count as done.
    Progress(const Ring& ring, const Storage& storage, std::uint64_t durable, TimePoint now);

    [[nodiscard]] bool is_shown() const noexcept { return shown_; }
    // Redraws the line if kInterval has passed since the last draw. next() is the time of the next draw.
    void update(TimePoint now);
    [[nodiscard]] TimePoint next() const noexcept { return next_; }
    // Erases the line, so that another one can be written in its place.
    void clear() noexcept;

    // Returns a line like "532/1000 done (53 %), 12 in flight, 5120/s, 3 s left".
    [[nodiscard]] static std::string line(std::uint64_t done, std::uint64_t in_flight, std::uint64_t expected,
                                          double per_second);

  private:
    Ring ring_;
    Storage storage_;
    std::uint64_t durable_at_start_;
    bool shown_;
    bool drawn_ = false;
    TimePoint next_;
    // For the rate, which is smoothed over the last few draws.
    TimePoint last_draw_;
    std::uint64_t last_done_ = 0;
    double per_second_ = 0;
};

}  // namespace pipeline
