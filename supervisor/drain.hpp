// SPDX-License-Identifier: Apache-2.0
// Drains a pipeline, and decides the exit status. A drain begins when a signal asks for it, when a child
// cannot go on, or when the source is exhausted. It stops the source; then the pipeline empties from its
// beginning, and the children end by themselves.
//
// A drain that takes too long goes two steps further (StopStep). First the consumers leave: they begin
// nothing more, end their programs, and make the results that they have durable. The rest stays in the
// segments for the next start. Children that are still there kEndAtLeave later are killed: the drain is cut
// short.
#pragma once

#include <chrono>
#include <optional>
#include <string>

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

    // Stops the source, and starts the clock of --drain-timeout if it does not run yet. `cause` begins the
    // log line. `is_asked`: by a signal; then the line says what another one does.
    void begin(const char* cause, bool is_asked = false);
    // Only records that a drain has begun. Call it when the ring is closed: then the source has ended or was
    // stopped already.
    void note() noexcept;
    [[nodiscard]] bool has_begun() const noexcept { return begun_; }

    // Makes the consumers leave. No child is started any more. `cause` begins the log line. Further calls do
    // nothing.
    static constexpr std::chrono::seconds kEndAtLeave{5};
    void leave(const std::string& cause);
    [[nodiscard]] bool is_leaving() const noexcept { return is_leaving_; }
    // Call it when the producer has ended undrained: perhaps it had no room for ids that its source cannot
    // give again, and nothing of them is in flight.
    void note_undrained() noexcept { is_undrained_ = true; }

    // Call it when a child has failed for good. Begins a drain, in which the other children finish as much as
    // they can. The exit status will be `status`, unless another failure came first.
    void fail(ExitStatus status);
    [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }

    // Marks the segments as damaged, and begins a drain that does not remove them. The exit status will be
    // Internal, even if another failure came first. `what` names the damage that was found.
    void refuse_damaged(const std::string& what);

    // Kills all children. No invoice is charged with these deaths. The next start finishes the remaining
    // invoices.
    void cut_short();

    // If a drain has begun, does what is due now: for example, cuts it short at the end of --drain-timeout.
    // Call it in each round of the main loop, and at next_deadline().
    void go_on(TimePoint now);
    [[nodiscard]] TimePoint next_deadline(TimePoint now) const noexcept;

    // Removes the segments if nothing is in flight, and returns the exit status. Call it when all children
    // are gone.
    [[nodiscard]] ExitStatus finish() const;

  private:
    void wake_children() noexcept;
    void kill_children();
    void release_without_producer() noexcept;
    [[nodiscard]] bool producer_has_failed() const noexcept;
    void tell_of_the_undrained(std::uint64_t count) const;

    const Options& options_;
    const Segments& segments_;
    Children& children_;
    bool begun_ = false;
    bool is_leaving_ = false;
    bool is_undrained_ = false;
    std::optional<TimePoint> deadline_;
    bool is_one_left_ = false;           // SIGKILL has not ended one of the children
    std::optional<ExitStatus> failure_;  // the exit status of a failed run; none if nothing failed
};

}  // namespace pipeline
