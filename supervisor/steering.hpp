// SPDX-License-Identifier: Apache-2.0
// Changes a running pipeline: sets the number of consumers, reads the configuration again and replaces
// consumers by fresh ones, pauses the source, and ends the run. Signals ask for each of these changes; the
// load asks only for a number of consumers. Each change writes one line to the log.
#pragma once

#include <sys/signalfd.h>

#include <chrono>
#include <optional>

#include "common/core/segments/segments.hpp"
#include "supervisor/children/pool.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/reload.hpp"
#include "supervisor/scaling/scaler.hpp"
#include "supervisor/stop_wish.hpp"
#include "supervisor/watch/progress.hpp"

namespace pipeline {

class Steering {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Sets the number of consumers to the least that --consumers allows.
    Steering(const Options& options, const Segments& segments, const Children& children, Pool& pool,
             Drain& drain, Progress& progress, Reload& reload);

    // Does what `signal` asks for. `signal` must be one of kPipelineSignals, but not SIGCHLD.
    void obey(const signalfd_siginfo& signal);
    // Changes the number of consumers if the load asks for it. Call it in each round of the main loop, and at
    // next(). next() returns none if the number is fixed or a drain has begun.
    void scale(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> next() const noexcept;

  private:
    void want(std::uint32_t consumers);
    void resize(const char* cause, int by);
    void reload();
    void set_range();
    void pause(const char* cause, bool on);
    void stop(const char* cause);

    const Options& options_;
    const Segments& segments_;
    const Children& children_;
    SupervisorMetrics& metrics_;
    Pool& pool_;
    Drain& drain_;
    StopWish stop_wish_;
    Progress& progress_;
    Reload& reload_;
    std::optional<Scaler> scaler_;  // only if --consumers is a range
};

}  // namespace pipeline
