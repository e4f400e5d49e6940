// SPDX-License-Identifier: Apache-2.0
#include "supervisor/supervisor.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/core/hand.hpp"
#include "supervisor/children/child_arguments.hpp"
#include "supervisor/children/death_notice.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFreshTick{10};  // how often to look whether a fresh consumer is at work

bool works_outside(const Options& options) noexcept {
    return options.process.is_program() || options.outside.isolate;
}

// A consumer ends overdue work outside by itself, and needs time for that. The watch ends only a consumer
// that fails to.
std::chrono::nanoseconds watched_item_timeout(const Options& options) noexcept {
    constexpr std::chrono::seconds kForTheConsumer{5};
    const bool has_second_line = works_outside(options) && options.item_timeout > options.item_timeout.zero();
    return options.item_timeout + (has_second_line ? kForTheConsumer : kForTheConsumer.zero());
}

constexpr milliseconds kOrphansEnd{5000};

Child producer_row(const Options& options) {
    Child producer;
    producer.role = Child::Role::Producer;
    producer.arguments = producer_arguments(options);
    if (options.source.kind == SourceSpec::Kind::StandardInput)
        producer.standard_input = StandardInput::Inherited;
    return producer;
}

Child consumer_row(const Options& options, std::uint16_t place) {
    Child consumer;
    consumer.place = place;
    consumer.arguments = consumer_arguments(options, place);
    return consumer;
}

void count_death(DeathMetrics& deaths, Cause cause) noexcept {
    deaths.count.store(deaths.count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    deaths.last_ns.store(monotonic_ns(), std::memory_order_relaxed);
    deaths.last_cause.store(cause.encode(), std::memory_order_relaxed);
}

}  // namespace

Supervisor::Supervisor(const Options& options, Segments& segments, int signal_fd)
    : options_(options),
      segments_(segments),
      ring_(segments.ring()),
      storage_(segments.storage()),
      metrics_(segments.metrics()),
      signal_fd_(signal_fd),
      children_(producer_row(options), works_outside(options)),
      drain_(options, segments, children_),
      pool_(children_, ring_, [this](std::uint16_t place) { return consumer_row(options_, place); }),
      watch_(ring_, storage_, watched_item_timeout(options)),
      progress_(ring_, storage_, storage_.durable(), steady_clock::now()),
      steering_(options, segments, children_, pool_, drain_, progress_),
      notify_(ring_, storage_, metrics_, watched_item_timeout(options), steady_clock::now()),
      started_(steady_clock::now()),
      next_look_(started_ + watch_.tick()),
      durable_at_start_(storage_.durable()),
      totals_at_start_(storage_.totals()) {
    metrics_.supervisor.process.store(ProcessId::self().pack(), std::memory_order_relaxed);
    metrics_.supervisor.started_ns.store(monotonic_ns(), std::memory_order_relaxed);
    metrics_.supervisor.flush_interval_ns.store(static_cast<std::uint64_t>(options.flush_interval.count()),
                                                std::memory_order_relaxed);
}

ExitStatus Supervisor::run() {
    while (true) {
        const TimePoint now = steady_clock::now();
        start_due(now);
        pool_.go_on();
        kill_stalled(now);
        progress_.update(now);
        notify_.update(phase(), children_.places(), now);
        drain_.go_on(now);
        steering_.scale(now);
        if (children_.all_done()) break;
        wait(now);
    }
    if (!children_.end_orphans(kOrphansEnd))
        log(LogLevel::Warning, "processes that programs of --process have left cannot be killed: see ps");
    progress_.clear();
    notify_.finish();
    metrics_.supervisor.process.store(0, std::memory_order_relaxed);
    return drain_.finish();
}

Report Supervisor::report() const noexcept {
    const Totals totals = storage_.totals();
    Report report;
    report.acquired = ring_.tail() - durable_at_start_;
    report.outcomes = {totals.booked - totals_at_start_.booked, totals.rejected - totals_at_start_.rejected,
                       totals.failed - totals_at_start_.failed,
                       totals.duplicates - totals_at_start_.duplicates};
    report.duration = steady_clock::now() - started_;
    return report;
}

void Supervisor::start_due(TimePoint now) {
    for (Child& child : children_.all()) {
        if (child.state != Child::State::Waiting || child.start_at > now) continue;
        if (is_needless(child)) {
            child.state = Child::State::Done;
        } else {
            start(child);
        }
    }
}

// True at the end of a drain when the child would have nothing to do. A start may be impossible just then.
bool Supervisor::is_needless(const Child& child) const noexcept {
    const bool producer_done = children_.producer().state == Child::State::Done;
    return drain_.has_begun() && (child.role == Child::Role::Producer || producer_done) &&
           segments_.in_flight() == 0 && storage_.released() == ring_.tail();
}

void Supervisor::start(Child& child) {
    if (child.role == Child::Role::Consumer) pool_.prepare(child);
    try {
        child.process = spawn(child.program(), child.arguments, child.standard_input);
        child.state = Child::State::Running;
        child.progress_at_start = progress_of(child);
        log(child.hindrance.empty() ? LogLevel::Debug : LogLevel::Notice, "{} started with pid {}",
            child.name(), child.process.pid);
        child.hindrance.clear();
    } catch (const Failure& failure) {
        const bool is_permanent = failure.status() == ExitStatus::CannotCreate;
        // Log each cause once, however long it lasts.
        if (child.hindrance != failure.what()) {
            log(LogLevel::Error, "{} cannot be started{}: {}", child.name(),
                is_permanent ? "" : " and is tried again", failure.what());
        }
        child.hindrance = failure.what();
        if (is_permanent) {
            child.state = Child::State::Done;
            drain_.fail(failure.status());
        } else {
            child.start_at = steady_clock::now() + RestartPolicy::kLastDelay;
        }
    }
}

void Supervisor::wait(TimePoint now) {
    const auto event = children_.wait(signal_fd_, std::chrono::ceil<milliseconds>(next_deadline(now) - now));
    for (Child* child : event.ended) reap(*child);
    if (event.signalled) read_signals();
}

void Supervisor::read_signals() {
    signalfd_siginfo received{};
    while (::read(signal_fd_, &received, sizeof received) == static_cast<ssize_t>(sizeof received)) {
        if (received.ssi_signo == SIGCHLD) {
            next_look_ = {};  // a child may have been stopped; its pidfd reports its death
        } else {
            steering_.obey(received);
        }
    }
}

void Supervisor::reap(Child& child) {
    int wait_status = 0;
    if (::waitpid(child.process.pid, &wait_status, WNOHANG) != child.process.pid) return;
    decide_after_death(child, wait_status);
    // The word has no other writer now.
    if (child.state == Child::State::Done) word_of(child).store(0, std::memory_order_release);
    child.process = {};
    children_.end_orphans(milliseconds::zero());
    // The dead child may have been about to wake someone, or have been woken in somebody's place.
    wake_all();
}

std::atomic<std::uint64_t>& Supervisor::word_of(const Child& child) const noexcept {
    RingArea& area = ring_.area();
    return child.role == Child::Role::Producer ? area.producer_process : area.hands[child.place].process;
}

void Supervisor::decide_after_death(Child& child, int wait_status) {
    child.state = Child::State::Done;
    const bool exited_well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    if (exited_well && ring_.closed()) drain_.note();
    // Ask the pool even if the ring has been closed since: a consumer that left as told may have left items
    // in it.
    if (exited_well && child.role == Child::Role::Consumer && pool_.has_left(child, steady_clock::now())) {
        log(LogLevel::Debug, "{} (pid {}) has left", child.name(), child.process.pid);
        return;
    }
    if (exited_well && ring_.closed()) return;
    const Cause cause = Cause::from_wait_status(wait_status);
    progress_.clear();
    if (child.role == Child::Role::Producer && WIFEXITED(wait_status) &&
        WEXITSTATUS(wait_status) == to_int(ExitStatus::NotDrained)) {
        drain_.fail(ExitStatus::NotDrained);
        return;
    }
    if (const auto status = permanent_failure(wait_status)) {
        log(LogLevel::Error, "{} cannot go on ({}): stopping", child.name(),
            cause.text(options_.item_timeout));
        drain_.fail(*status);
        return;
    }
    if (drain_.has_failed() && segments_.in_flight() == 0) return;
    if (child.role == Child::Role::Consumer) {
        HandArea& hand = ring_.area().hands[child.place];
        // If we killed it because its invoice took too long, the cause is already there.
        if (hand.death.load(std::memory_order_relaxed) == 0)
            hand.death.store(cause.encode(), std::memory_order_release);
        count_death(metrics_.places[child.place].deaths,
                    Cause::decode(hand.death.load(std::memory_order_relaxed)));
    } else {
        count_death(metrics_.producer.deaths, cause);
    }
    if (child.role == Child::Role::Consumer && pool_.is_given_up(child)) {
        log(LogLevel::Warning, "{} (pid {}) died: {}; it was to leave, and had nothing in its hand",
            child.name(), child.process.pid, cause.text(options_.item_timeout));
        return;
    }
    const auto delay = child.restarts.died(progress_of(child) != child.progress_at_start);
    child.state = Child::State::Waiting;
    child.start_at = steady_clock::now() + delay;
    tell_of_death(child,
                  child.role == Child::Role::Consumer ? std::optional(ring_.hand(child.place)) : std::nullopt,
                  cause, delay, options_);
}

void Supervisor::kill_stalled(TimePoint now) {
    if (now < next_look_) return;
    children_.end_orphans(milliseconds::zero());
    const auto all_stalled = watch_.look(now, children_.places());
    next_look_ = now + until_common_tick(watch_.tick());
    for (const auto& stalled : all_stalled) {
        const Child* child = children_.running(stalled.process);
        if (child == nullptr) continue;
        progress_.clear();
        switch (stalled.why) {
            case Watch::Stalled::Why::ItemTimeout:
                log(LogLevel::Warning,
                    "{} (pid {}): its invoice takes longer than --item-timeout {}: killing it", child->name(),
                    child->process.pid, to_text(options_.item_timeout));
                ring_.area().hands[stalled.place].death.store(Cause::ran_too_long().encode(),
                                                              std::memory_order_release);
                break;
            case Watch::Stalled::Why::HoldsLock:
                log(LogLevel::Warning, "{} (pid {}) holds a lock and does not go on (stopped?): killing it",
                    child->name(), child->process.pid);
                break;
        }
        ::kill(child->process.pid, SIGKILL);
    }
}

// The phase to report to the service manager. Running stays Running, whichever child dies.
Notify::Phase Supervisor::phase() const noexcept {
    if (drain_.has_begun()) return Notify::Phase::Draining;
    if (pool_.is_replacing()) return Notify::Phase::Replacing;
    const bool is_running = notify_.has_been_ready() || are_at_work(children_, ring_);
    return is_running ? Notify::Phase::Running : Notify::Phase::Starting;
}

void Supervisor::wake_all() noexcept {
    ring_.wake_all();
    storage_.wake_all();
}

std::uint64_t Supervisor::progress_of(const Child& child) const noexcept {
    // Anything that only grows, or changes, while the child makes progress.
    if (child.role == Child::Role::Producer) return ring_.tail() + storage_.released();
    return ring_.hand(child.place).word().pack();
}

Supervisor::TimePoint Supervisor::next_deadline(TimePoint now) const noexcept {
    TimePoint next = std::min(next_look_, drain_.next_deadline(now));
    for (const Child& child : children_.all()) {
        if (child.state == Child::State::Waiting) next = std::min(next, child.start_at);
    }
    if (pool_.is_starting_fresh()) next = std::min(next, now + kFreshTick);
    if (const auto look = steering_.next()) next = std::min(next, *look);
    if (progress_.is_shown()) next = std::min(next, progress_.next());
    next = std::min(next, notify_.next());
    return std::max(next, now);
}

}  // namespace pipeline
