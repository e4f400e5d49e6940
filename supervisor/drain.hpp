// SPDX-License-Identifier: Apache-2.0
// Ends a pipeline, and knows the exit status. A drain begins with a signal, a child that cannot go on, or an
// exhausted source. It stops the source: then the pipeline empties from its beginning, and the children end
// by themselves. The drain kills children only when it is cut short, or when a failure has left no consumer.
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

    // Stops the source and starts the clock of --drain-timeout, unless it runs already. `cause` begins the
    // log line.
    void begin(const char* cause);
    // Notes that the drain has begun. Call when the ring is closed: the source has ended or was stopped.
    void note() noexcept;
    [[nodiscard]] bool has_begun() const noexcept { return begun_; }

    // Call when a child has failed for good with `status`. Begins a drain, in which the other children finish
    // as much as they can.
    void fail(ExitStatus status);
    [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }

    // Stops with Internal, whatever has failed before, and keeps the segments. `what` names the damage that
    // was found.
    void refuse_damaged(const std::string& what);

    // Kills all children, and charges no invoice for that. The next start finishes the rest.
    void cut_short();

    // Does what a begun drain has to do. Call it in each round of the main loop, and at next_deadline().
    void go_on(TimePoint now);
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    // Removes the segments if nothing is in flight, and returns the exit status. Call it when all children
    // are gone.
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
    bool is_one_left_ = false;           // not even SIGKILL has ended one of the children
    std::optional<ExitStatus> failure_;  // the failure that ended it; none if the end was orderly
};

}  // namespace pipeline
