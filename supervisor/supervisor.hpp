// SPDX-License-Identifier: Apache-2.0
// The supervisor's life once the segments are there: start the children, start again what dies, forward
// the signal that drains, and tell when all is done. One thread, one loop over signals, pidfds and the
// next deadline. It takes no lock in shared memory and repairs nothing there: it reaps, wakes, and starts
// successors, which settle what the dead left.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "common/exit_status.hpp"
#include "common/fd.hpp"
#include "common/segments.hpp"
#include "supervisor/child.hpp"
#include "supervisor/options.hpp"
#include "supervisor/progress.hpp"
#include "supervisor/report.hpp"
#include "supervisor/watch.hpp"

namespace pipeline {

class Supervisor {
  public:
    // `signal_fd`: a non-blocking signalfd(2) of SIGTERM and SIGINT, which this process has blocked.
    Supervisor(const Options& options, Segments& segments, int signal_fd);

    // Runs until everything is drained, or stopping was cut short. Removes the segments if they are empty.
    [[nodiscard]] ExitStatus run();
    // Of the run that has ended.
    [[nodiscard]] Report report() const noexcept;

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    void add_children();
    void start_due(TimePoint now);
    [[nodiscard]] bool is_needless(const Child& child) const noexcept;
    void start(Child& child);
    void wait(TimePoint now);
    void read_signals();
    void reap(Child& child);
    void decide_after_death(Child& child, int wait_status);
    void kill_stalled(TimePoint now);
    void begin_drain(const char* cause);
    void stop_for_good(ExitStatus status);
    void kill_all();
    void release_without_producer() noexcept;
    void end_orphans(std::chrono::milliseconds bound) noexcept;
    void finish_stopping(TimePoint now);
    void tell_of_the_undrained(std::uint64_t count) const;
    void wake_all() noexcept;
    [[nodiscard]] std::uint64_t progress_of(const Child& child) const noexcept;
    // One more than the greatest place that a consumer has.
    [[nodiscard]] std::size_t places() const noexcept;
    [[nodiscard]] bool all_done() const noexcept;
    [[nodiscard]] bool consumers_done() const noexcept;
    [[nodiscard]] bool producer_has_failed() const noexcept;
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    const Options& options_;
    Segments& segments_;
    Ring ring_;
    Storage storage_;
    MetricsArea& metrics_;
    int signal_fd_;
    std::vector<Child> children_;  // the producer first
    Watch watch_;
    Progress progress_;
    TimePoint started_;
    TimePoint next_look_;
    std::uint64_t durable_at_start_;
    Totals totals_at_start_;
    bool outside_;  // consumers have children of their own
    bool draining_ = false;
    std::optional<TimePoint> drain_deadline_;
    std::optional<ExitStatus> failure_;  // why it stops, if not because it was asked to
};

}  // namespace pipeline
