// SPDX-License-Identifier: Apache-2.0
// The end of a pipeline: what begins it (a signal, a child that cannot go on, an exhausted source), what cuts
// it short, and its exit status. Stopping the source stops the children: the pipeline empties from its
// beginning. Children are killed only when the drain is cut short.
#pragma once

#include <chrono>
#include <optional>

#include "common/base/exit_status.hpp"
#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

class Drain {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Drain(const Options& options, const Segments& segments, Children& children) noexcept
        : options_(options), segments_(segments), children_(children) {
        segments.metrics().supervisor.draining.store(0, std::memory_order_relaxed);
    }

    // Stops the source and starts --drain-timeout, unless that runs already. `cause` begins the log line.
    void begin(const char* cause);
    // The ring has been closed: the source has ended or was stopped.
    void note() noexcept;
    [[nodiscard]] bool has_begun() const noexcept { return begun_; }

    // A child has failed for good with this status. Drains what can still be drained, and restarts no child
    // that would only fail again.
    void fail(ExitStatus status);
    [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }

    // Kills all children. The next start finishes the rest; no invoice is charged an attempt.
    void cut_short();

    // Call in each round, and at next_deadline().
    void go_on(TimePoint now);
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    // Call when all children are gone. Removes the segments if they are empty, and returns how it ended.
    [[nodiscard]] ExitStatus finish() const;

  private:
    void kill_children();
    void release_without_producer() noexcept;
    [[nodiscard]] bool producer_has_failed() const noexcept;
    void tell_of_the_undrained(std::uint64_t count) const;

    const Options& options_;
    const Segments& segments_;
    Children& children_;
    bool begun_ = false;
    std::optional<TimePoint> deadline_;
    std::optional<ExitStatus> failure_;  // the failure that ended it; none if the end was orderly
};

}  // namespace pipeline
