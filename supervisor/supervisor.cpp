// SPDX-License-Identifier: Apache-2.0
#include "supervisor/supervisor.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/core/hand.hpp"
#include "supervisor/children/child_arguments.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kHaltTick{20};       // how often to count the failed, with --halt-after
constexpr milliseconds kIdleHaltTick{100};  // the same while nothing is in flight
constexpr milliseconds kFreshTick{10};      // how often to check whether a replacement is at work

constexpr milliseconds kOrphansEnd{2000};

// Returns what Progress needs to know of the source.
Progress::Source progress_source(const Options& options, const Segments& segments) {
    const SourceTraits& traits = options.source.traits();
    const RingArea& ring = segments.ring().area();
    Progress::Source source;
    source.before = segments.storage().durable();
    // A sequence counts from its beginning, and the next number is its position.
    if (traits.ids == SourceTraits::Ids::Numbers && ring.start_position != 0)
        source.before += ring.start_position - 1;
    if (traits.input == SourceTraits::Input::List) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(options.source.path, error);
        source.list_bytes = error ? 0 : bytes;
        source.list_start = ring.start_position;
    }
    return source;
}

Child producer_row(const Options& options) {
    Child producer;
    producer.role = Child::Role::Producer;
    producer.arguments = producer_arguments(options);
    if (options.source.traits().input == SourceTraits::Input::StandardInput)
        producer.standard_input = StandardInput::Inherited;
    return producer;
}

Child consumer_row(const Options& options, std::uint16_t place) {
    Child consumer;
    consumer.place = place;
    consumer.arguments = consumer_arguments(options, place);
    return consumer;
}

}  // namespace

Supervisor::Supervisor(Options& options, Segments& segments, int signal_fd, Reload::Reread reread)
    : options_(options),
      segments_(segments),
      ring_(segments.ring()),
      storage_(segments.storage()),
      metrics_(segments.metrics()),
      signal_fd_(signal_fd),
      children_(producer_row(options), start_programs(options)),
      drain_(options, segments, children_),
      pool_(children_, ring_, [this](std::uint16_t place) { return consumer_row(options_, place); }),
      watch_(ring_, storage_, watched_item_timeout(options)),
      progress_(ring_, storage_, progress_source(options, segments), steady_clock::now()),
      suspicion_(children_, ring_),
      starter_(segments, children_, pool_, drain_, suspicion_),
      reaper_(options, segments, children_, pool_, drain_, suspicion_, progress_),
      reload_(options, segments, children_, watch_, notify_, std::move(reread)),
      steering_(options, segments, children_, pool_, drain_, progress_, reload_),
      notify_(ring_, storage_, metrics_, watched_item_timeout(options), steady_clock::now()),
      started_(steady_clock::now()),
      next_look_(started_ + watch_.tick()),
      durable_at_start_(storage_.durable()),
      totals_(storage_) {
    metrics_.supervisor.process.store(ProcessId::self().pack(), std::memory_order_relaxed);
    metrics_.supervisor.started_ns.store(monotonic_ns(), std::memory_order_relaxed);
    metrics_.supervisor.flush_interval_ns.store(static_cast<std::uint64_t>(options.flush_interval.count()),
                                                std::memory_order_relaxed);
}

ExitStatus Supervisor::run() {
    while (true) {
        const TimePoint now = steady_clock::now();
        starter_.start_due(now);
        pool_.go_on();
        kill_stalled(now);
        progress_.update(now);
        notify_.update(phase(), children_.places(), now);
        halt_if_due();
        drain_.go_on(now);
        steering_.scale(now);
        if (children_.all_done()) break;
        wait(now);
    }
    if (!children_.end_orphans(kOrphansEnd))
        log(LogLevel::Warning, "processes that programs have left cannot be killed: see ps");
    halt_if_due();
    progress_.clear();
    notify_.finish();
    metrics_.supervisor.process.store(0, std::memory_order_relaxed);
    return drain_.finish();
}

Report Supervisor::report() const noexcept {
    Report report;
    report.acquired = ring_.tail() - durable_at_start_;
    report.outcomes = totals_.now();
    report.duration = steady_clock::now() - started_;
    return report;
}

void Supervisor::wait(TimePoint now) {
    const auto event = children_.wait(signal_fd_, std::chrono::ceil<milliseconds>(next_deadline(now) - now));
    if (event.started) starter_.look_at_starts();
    for (Child* child : event.ended) reaper_.reap(*child);
    if (event.signalled) read_signals();
}

void Supervisor::read_signals() {
    signalfd_siginfo received{};
    while (::read(signal_fd_, &received, sizeof received) == static_cast<ssize_t>(sizeof received)) {
        if (received.ssi_signo == SIGCHLD) {
            next_look_ = {};  // call kill_stalled() now: a child may have been stopped by a signal
        } else {
            steering_.obey(received);
        }
    }
}

// Begins a drain if --halt-after asks for it.
void Supervisor::halt_if_due() {
    if (!options_.halt_after || is_halted_) return;
    const Totals run = totals_.now();
    if (!options_.halt_after->is_reached(run)) return;
    is_halted_ = true;
    progress_.clear();
    const std::string cause =
        fmt::format("--halt-after {}: {} of {} failed", options_.halt_after->text(), run.failed,
                    counted(run.booked + run.rejected + run.failed, "result"));
    if (children_.all_done() || drain_.has_begun()) {
        log(LogLevel::Notice, "{}", cause);
    } else {
        drain_.begin(cause.c_str());
    }
}

void Supervisor::kill_stalled(TimePoint now) {
    if (now < next_look_) return;
    children_.end_orphans(milliseconds::zero());
    const auto all_stalled = watch_.look(now, children_.places());
    next_look_ = now + until_common_tick(watch_.tick());
    for (const auto& stalled : all_stalled) {
        if (stalled.why == Watch::Stalled::Why::IsNoOwner) {
            drain_.refuse_damaged(
                fmt::format("a lock in {}.* is said to be held by process {}, which has not taken it",
                            segments_.path(), stalled.process.pid));
            continue;
        }
        if (Child* child = children_.running(stalled.process)) kill_one(*child, stalled);
    }
}

// Kills first and logs last: writing a log line may take a second, and the child could move on meanwhile. The
// Reaper decides later which invoice to charge: once the child is dead, its state no longer changes.
void Supervisor::kill_one(Child& child, const Watch::Stalled& stalled) {
    const bool is_late = stalled.why == Watch::Stalled::Why::ItemTimeout;
    if (is_late && ring_.area().hands[stalled.place].work.load(std::memory_order_acquire) != stalled.work)
        return;  // the consumer has just gone on to something else
    child.condemned_for = stalled.work;
    ::kill(child.process.pid, SIGKILL);
    progress_.clear();
    if (is_late) {
        log(LogLevel::Warning, "{} (pid {}): its invoice takes longer than --item-timeout {}: killing it",
            child.name(), child.process.pid, to_text(options_.item_timeout));
    } else {
        log(LogLevel::Warning, "{} (pid {}) holds a lock and does not go on (stopped?): killing it",
            child.name(), child.process.pid);
    }
}

// Returns the phase to report to the service manager. Once the phase was Running, a child's death does not
// change it back to Starting.
Notify::Phase Supervisor::phase() const noexcept {
    if (drain_.has_begun()) return Notify::Phase::Draining;
    if (pool_.is_replacing()) return Notify::Phase::Replacing;
    const bool is_running =
        notify_.has_been_ready() || suspicion_.is_raised() || are_at_work(children_, ring_);
    return is_running ? Notify::Phase::Running : Notify::Phase::Starting;
}

Supervisor::TimePoint Supervisor::next_deadline(TimePoint now) const noexcept {
    TimePoint next = std::min(next_look_, drain_.next_deadline(now));
    next = std::min(next, starter_.next());
    if (pool_.is_starting_fresh()) next = std::min(next, now + kFreshTick);
    if (const auto look = steering_.next()) next = std::min(next, *look);
    if (progress_.is_shown()) next = std::min(next, progress_.next());
    if (options_.halt_after && !is_halted_)
        next = std::min(next, now + (segments_.in_flight() != 0 ? kHaltTick : kIdleHaltTick));
    next = std::min(next, notify_.next());
    return std::max(next, now);
}

}  // namespace pipeline
