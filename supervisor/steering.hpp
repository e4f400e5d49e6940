// SPDX-License-Identifier: Apache-2.0
// Changes to a running pipeline: the number of consumers, fresh ones in their places, a pause of the source,
// and its end. Signals ask for all of them, the load for the first. Each change is one line in the log.
#pragma once

#include <sys/signalfd.h>

#include <chrono>
#include <optional>

#include "common/core/segments/segments.hpp"
#include "supervisor/children/pool.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/scaling/scaler.hpp"
#include "supervisor/stop_wish.hpp"
#include "supervisor/watch/progress.hpp"

namespace pipeline {

class Steering {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Starts with the least number that --consumers allows.
    Steering(const Options& options, const Segments& segments, const Children& children, Pool& pool,
             Drain& drain, Progress& progress);

    // Does what a signal of kPipelineSignals asks for, except SIGCHLD.
    void obey(const signalfd_siginfo& signal);
    // Changes the number of consumers if the load asks for it. Call it in each round, and at next(), which is
    // none if the number is fixed.
    void scale(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> next() const noexcept;

  private:
    void want(std::uint32_t consumers);
    void resize(const char* cause, int by);
    void replace_all();
    void pause(const char* cause, bool on);
    void stop(const char* cause);

    const Options& options_;
    const Segments& segments_;
    SupervisorMetrics& metrics_;
    Pool& pool_;
    Drain& drain_;
    StopWish stop_wish_;
    Progress& progress_;
    std::optional<Scaler> scaler_;  // only if --consumers is a range
};

}  // namespace pipeline
