// SPDX-License-Identifier: Apache-2.0
// The supervisor's main loop, which runs once the segments exist. It starts the children, restarts those that
// die, obeys signals, and ends when all is done. It is a single thread that waits for signals, pidfds and the
// next deadline. The supervisor takes no lock in shared memory and repairs nothing there. After a death it
// reaps the child, wakes the other processes, and starts a successor, which repairs and finishes the work
// that the dead child has left.
#pragma once

#include <chrono>

#include "common/base/exit_status.hpp"
#include "common/base/fd.hpp"
#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/children/pool.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/reaper.hpp"
#include "supervisor/reload.hpp"
#include "supervisor/report/report.hpp"
#include "supervisor/starter.hpp"
#include "supervisor/steering.hpp"
#include "supervisor/suspicion.hpp"
#include "supervisor/systemd/notify.hpp"
#include "supervisor/watch/progress.hpp"
#include "supervisor/watch/run_totals.hpp"
#include "supervisor/watch/watch.hpp"

namespace pipeline {

class Supervisor {
  public:
    // `signal_fd`: a non-blocking signalfd(2) of kPipelineSignals, which this process has blocked.
    // `options` may change while it runs; `reread` returns those that the user wants then.
    Supervisor(Options& options, Segments& segments, int signal_fd, Reload::Reread reread);

    // Runs until everything is drained or the drain was cut short. Then removes the segments if no invoice is
    // in flight, and returns the exit status.
    [[nodiscard]] ExitStatus run();
    // True if --halt-after has ended the run, or would have: so many of its invoices are failed. Call it
    // after run().
    [[nodiscard]] bool is_halted() const noexcept { return is_halted_; }
    // Returns the report of the run. Call it after run().
    [[nodiscard]] Report report() const noexcept;

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    void wait(TimePoint now);
    void read_signals();
    void halt_if_due();
    void kill_stalled(TimePoint now);
    void kill_one(Child& child, const Watch::Stalled& stalled);

    [[nodiscard]] Notify::Phase phase() const noexcept;
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    const Options& options_;
    const Segments& segments_;
    Ring ring_;
    Storage storage_;
    MetricsArea& metrics_;
    int signal_fd_;
    Children children_;
    Drain drain_;
    Pool pool_;
    Watch watch_;
    Progress progress_;
    Suspicion suspicion_;
    Starter starter_;
    Reaper reaper_;
    Reload reload_;
    Steering steering_;
    Notify notify_;
    TimePoint started_;
    TimePoint next_look_;
    std::uint64_t durable_at_start_;
    RunTotals totals_;
    bool is_halted_ = false;
};

}  // namespace pipeline
