// SPDX-License-Identifier: Apache-2.0
// Draws one live line on a terminal: how much is done, how many have failed, how fast, and for a source with
// an end the time left. Draws nothing if standard error is no terminal. The cursor stays at the line's
// beginning, so that the log lines of other processes take its place (share_terminal() in log.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "supervisor/watch/run_totals.hpp"

namespace pipeline {

class Progress {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kInterval{200};

    // The facts about the source that are known beforehand.
    struct Source {
        // Items before this run that RingArea::expected counts.
        std::uint64_t before = 0;
        // A list: its size in bytes when the run began, and where these segments began to read it. The items
        // that were acquired tell how long a line is. 0: no list.
        std::uint64_t list_bytes = 0;
        std::uint64_t list_start = 0;
    };

    // All items and records that are durable when this is constructed are of earlier runs: they do not count.
    Progress(const Ring& ring, const Storage& storage, const Source& source, TimePoint now);

    [[nodiscard]] bool is_shown() const noexcept { return shown_; }
    // Redraws the line if kInterval has passed since the last draw. next() is the time of the next draw.
    void update(TimePoint now);
    [[nodiscard]] TimePoint next() const noexcept { return next_; }
    // Erases the line, so that another one can be written in its place.
    void clear() noexcept;

    // The figures that the line shows of a run.
    struct Seen {
        std::uint64_t done = 0;
        std::uint64_t failed = 0;
        std::uint64_t rejected = 0;
        std::uint64_t in_flight = 0;
        double per_second = 0;
        std::uint64_t total = 0;    // 0: unknown
        bool is_estimated = false;  // the total is reckoned from the bytes of a list
        std::uint64_t waiting = 0;  // for another attempt
        bool is_held = false;       // the source (hold.hpp)
    };
    // Returns a line like "532/1000 done (53 %), 3 failed, 12 in flight, 5120/s, 3 s left". An estimated
    // total has a "~". The counts of failed and rejected invoices are left out if they are 0.
    [[nodiscard]] static std::string line(const Seen& seen);
    // Returns the number of items in a list from its start on, if `acquired` items have been acquired and the
    // last one ends at `end`; 0 if that tells nothing.
    [[nodiscard]] static std::uint64_t total_of_list(const Source& source, std::uint64_t acquired,
                                                     std::uint64_t end) noexcept;

  private:
    [[nodiscard]] Seen look(TimePoint now);

    Ring ring_;
    Storage storage_;
    Source source_;
    RunTotals totals_;
    bool shown_;
    bool drawn_ = false;
    TimePoint next_;
    // For the rate, which is smoothed over the last few draws.
    TimePoint last_draw_;
    std::uint64_t last_done_ = 0;
    double per_second_ = 0;
};

}  // namespace pipeline
