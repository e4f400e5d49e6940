// SPDX-License-Identifier: Apache-2.0
// The end of a pipeline: what begins it (a signal, a child that cannot go on, a source that has nothing
// more), what cuts it short, and with which exit status it ends. Children are stopped by the source's stop,
// which empties the pipeline from its beginning; they are killed only when the drain is cut short.
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

    // Stops the source; --drain-timeout runs from now on, unless it runs already. `cause` begins the log
    // line.
    void begin(const char* cause);
    // The ring has been closed: the source has ended, or been stopped.
    void note() noexcept;
    [[nodiscard]] bool has_begun() const noexcept { return begun_; }

    // A child has failed with this status: nothing is started again that could only fail again; what can
    // still be drained is.
    void fail(ExitStatus status);
    [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }

    // Kills all children: the rest is for the next start, and no invoice is charged with that.
    void cut_short();

    // To be called in each round, and at next_deadline().
    void go_on(TimePoint now);
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    // All children are gone: removes the segments if they are empty, and says how it ended.
    [[nodiscard]] ExitStatus finish() const;

  private:
    void release_without_producer() noexcept;
    [[nodiscard]] bool producer_has_failed() const noexcept;
    void tell_of_the_undrained(std::uint64_t count) const;

    const Options& options_;
    const Segments& segments_;
    Children& children_;
    bool begun_ = false;
    std::optional<TimePoint> deadline_;
    std::optional<ExitStatus> failure_;  // why it stops, if not because it was asked to
};

}  // namespace pipeline
