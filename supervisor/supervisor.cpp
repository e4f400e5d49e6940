// SPDX-License-Identifier: Apache-2.0
#include "supervisor/supervisor.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <thread>

#include "common/clock.hpp"
#include "common/consumer_options.hpp"
#include "common/error.hpp"
#include "common/hand.hpp"
#include "common/log.hpp"
#include "common/orphans.hpp"
#include "common/producer_options.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kWithoutPoll{50};
constexpr milliseconds kReleaseTick{20};

ProducerOptions producer_options(const Options& options) {
    ProducerOptions producer;
    producer.name = options.name;
    producer.source = options.source;
    producer.once = options.once;
    producer.rate = options.rate;
    producer.batch_max = options.batch_max;
    producer.drain_timeout = options.drain_timeout;
    producer.log_level = options.log_level;
    producer.parent = ::getpid();
    return producer;
}

ConsumerOptions consumer_options(const Options& options, std::uint16_t place) {
    ConsumerOptions consumer;
    consumer.name = options.name;
    consumer.place = place;
    consumer.source = options.source;
    consumer.process = options.process;
    consumer.outside = options.outside;
    consumer.ledger = options.ledger;
    consumer.batch_max = options.batch_max;
    consumer.max_attempts = options.max_attempts;
    consumer.item_timeout = options.item_timeout;
    consumer.flush_interval = options.flush_interval;
    consumer.drain_timeout = options.drain_timeout;
    consumer.log_level = options.log_level;
    consumer.parent = ::getpid();
    return consumer;
}

bool works_outside(const Options& options) noexcept {
    return options.process.is_program() || options.outside.isolate;
}

// A consumer ends by itself what runs too long outside of it, and takes its time for that: the watch is for a
// consumer that does not.
std::chrono::nanoseconds watched_item_timeout(const Options& options) noexcept {
    constexpr std::chrono::seconds kForTheConsumer{5};
    const bool has_second_line = works_outside(options) && options.item_timeout > options.item_timeout.zero();
    return options.item_timeout + (has_second_line ? kForTheConsumer : kForTheConsumer.zero());
}

constexpr milliseconds kOrphansEnd{5000};

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
      watch_(ring_, storage_, watched_item_timeout(options)),
      progress_(ring_, storage_, storage_.durable(), steady_clock::now()),
      started_(steady_clock::now()),
      next_look_(started_ + watch_.tick()),
      durable_at_start_(storage_.durable()),
      totals_at_start_(storage_.totals()),
      outside_(works_outside(options)) {
    if (outside_) adopt_orphans();
    add_children();
    metrics_.supervisor.pid.store(static_cast<std::uint32_t>(::getpid()), std::memory_order_relaxed);
    metrics_.supervisor.started_ns.store(monotonic_ns(), std::memory_order_relaxed);
    metrics_.supervisor.consumers.store(static_cast<std::uint32_t>(children_.size() - 1),
                                        std::memory_order_relaxed);
}

void Supervisor::add_children() {
    Child producer;
    producer.role = Child::Role::Producer;
    producer.arguments = to_arguments(producer_options(options_));
    if (options_.source.kind == SourceSpec::Kind::StandardInput)
        producer.standard_input = StandardInput::Inherited;
    children_.push_back(std::move(producer));
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        // A leftover hand needs a successor, even beyond the number that was asked for.
        if (place >= options_.consumers && ring_.hand(place).empty()) continue;
        Child consumer;
        consumer.place = static_cast<std::uint16_t>(place);
        consumer.arguments = to_arguments(consumer_options(options_, consumer.place));
        children_.push_back(std::move(consumer));
    }
}

ExitStatus Supervisor::run() {
    while (true) {
        const TimePoint now = steady_clock::now();
        start_due(now);
        kill_stalled(now);
        release_without_producer();
        progress_.update(now);
        finish_stopping(now);
        if (all_done()) break;
        wait(now);
    }
    end_orphans(kOrphansEnd);
    progress_.clear();
    metrics_.supervisor.pid.store(0, std::memory_order_relaxed);
    const std::uint64_t in_flight = segments_.in_flight();
    if (in_flight != 0) {
        tell_of_the_undrained(in_flight);
        return failure_.value_or(ExitStatus::NotDrained);
    }
    if (segments_.are_current()) segments_.unlink();
    return failure_.value_or(ExitStatus::Drained);
}

void Supervisor::tell_of_the_undrained(std::uint64_t count) const {
    if (segments_.are_current()) {
        log(LogLevel::Error, "not drained, {} in flight: they stay in /dev/shm/{}.* for the next start",
            count, options_.name);
        return;
    }
    log(LogLevel::Error, "not drained, {} in flight, and somebody has removed /dev/shm/{}.ring: {}", count,
        options_.name,
        options_.source.kind == SourceSpec::Kind::StandardInput
            ? "standard input cannot give them again; find out by the ledger which they are"
            : "the next start takes them from the source again");
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
    for (Child& child : children_) {
        if (child.state != Child::State::Waiting || child.start_at > now) continue;
        if (is_needless(child)) {
            child.state = Child::State::Done;
        } else {
            start(child);
        }
    }
}

// True at the end of a drain when there is nothing left that the child could do; it may be impossible to
// start one just then.
bool Supervisor::is_needless(const Child& child) const noexcept {
    const bool producer_done = children_.front().state == Child::State::Done;
    return draining_ && (child.role == Child::Role::Producer || producer_done) &&
           segments_.in_flight() == 0 && storage_.released() == ring_.tail();
}

void Supervisor::start(Child& child) {
    try {
        child.process = spawn(child.program(), child.arguments, child.standard_input);
        child.state = Child::State::Running;
        child.progress_at_start = progress_of(child);
        log(child.hindrance.empty() ? LogLevel::Debug : LogLevel::Notice, "{} started with pid {}",
            child.name(), child.process.pid);
        child.hindrance.clear();
    } catch (const Failure& failure) {
        const bool is_permanent = failure.status() == ExitStatus::CannotCreate;
        // Once for each cause, however long it lasts.
        if (child.hindrance != failure.what()) {
            log(LogLevel::Error, "{} cannot be started{}: {}", child.name(),
                is_permanent ? "" : " and is tried again", failure.what());
        }
        child.hindrance = failure.what();
        if (is_permanent) {
            child.state = Child::State::Done;
            stop_for_good(failure.status());
        } else {
            child.start_at = steady_clock::now() + RestartPolicy::kLastDelay;
        }
    }
}

void Supervisor::wait(TimePoint now) {
    std::vector<pollfd> watched{{signal_fd_, POLLIN, 0}};
    std::vector<Child*> owners{nullptr};
    for (Child& child : children_) {
        if (child.state != Child::State::Running) continue;
        watched.push_back({child.process.pidfd.get(), POLLIN, 0});
        owners.push_back(&child);
    }
    const auto timeout = std::chrono::ceil<milliseconds>(next_deadline(now) - now);
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(0, timeout.count())));
    if (ready == 0) return;
    if (ready < 0) {
        // It cannot tell, for lack of memory or of descriptors: looking at all of them does no harm.
        if (errno != EINTR) std::this_thread::sleep_for(kWithoutPoll);
        for (pollfd& one : watched) one.revents = POLLIN;
    }
    for (std::size_t i = 1; i < watched.size(); ++i) {
        if (watched[i].revents != 0) reap(*owners[i]);
    }
    if (watched[0].revents != 0) read_signals();
}

void Supervisor::read_signals() {
    signalfd_siginfo received{};
    while (::read(signal_fd_, &received, sizeof received) == static_cast<ssize_t>(sizeof received)) {
        if (!draining_) {
            begin_drain(received.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
        } else {
            log(LogLevel::Warning, "a second signal: stopping at once");
            if (!failure_) failure_ = ExitStatus::NotDrained;
            kill_all();
        }
    }
}

void Supervisor::reap(Child& child) {
    int wait_status = 0;
    if (::waitpid(child.process.pid, &wait_status, WNOHANG) != child.process.pid) return;
    decide_after_death(child, wait_status);
    child.process = {};
    end_orphans(milliseconds::zero());
    // The dead child may have been about to wake someone, or have been woken in somebody's place.
    wake_all();
}

void Supervisor::decide_after_death(Child& child, int wait_status) {
    child.state = Child::State::Done;
    const bool exited_well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    if (exited_well && ring_.closed()) {
        draining_ = true;
        return;
    }
    const Cause cause = Cause::from_wait_status(wait_status);
    progress_.clear();
    if (child.role == Child::Role::Producer && WIFEXITED(wait_status) &&
        WEXITSTATUS(wait_status) == to_int(ExitStatus::NotDrained)) {
        stop_for_good(ExitStatus::NotDrained);
        return;
    }
    if (const auto status = permanent_failure(wait_status)) {
        log(LogLevel::Error, "{} cannot go on ({}): stopping", child.name(),
            cause.text(options_.item_timeout));
        stop_for_good(*status);
        return;
    }
    if (failure_ && segments_.in_flight() == 0) return;
    if (child.role == Child::Role::Consumer) {
        HandArea& hand = ring_.area().hands[child.place];
        // Killed by us for its invoice's slowness: that cause is there already.
        if (hand.death.load(std::memory_order_relaxed) == 0)
            hand.death.store(cause.encode(), std::memory_order_release);
        count_death(metrics_.places[child.place].deaths,
                    Cause::decode(hand.death.load(std::memory_order_relaxed)));
    } else {
        count_death(metrics_.producer.deaths, cause);
    }
    const auto delay = child.restarts.died(progress_of(child) != child.progress_at_start);
    child.state = Child::State::Waiting;
    child.start_at = steady_clock::now() + delay;
    log(LogLevel::Warning, "{} (pid {}) died: {}; starting it again{}", child.name(), child.process.pid,
        cause.text(options_.item_timeout),
        delay.count() == 0 ? "" : " in " + std::to_string(delay.count()) + " ms");
}

void Supervisor::kill_stalled(TimePoint now) {
    if (now < next_look_) return;
    next_look_ = now + until_common_tick(watch_.tick());
    end_orphans(milliseconds::zero());
    for (const auto& stalled : watch_.look(now, places())) {
        const auto child = std::find_if(children_.begin(), children_.end(), [&](const Child& candidate) {
            return candidate.state == Child::State::Running &&
                   candidate.process.pid == static_cast<pid_t>(stalled.pid);
        });
        if (child == children_.end()) continue;
        progress_.clear();
        switch (stalled.why) {
            case Watch::Stalled::Why::ItemTimeout:
                log(LogLevel::Warning,
                    "{} (pid {}): its invoice takes longer than --item-timeout {}: killing it", child->name(),
                    stalled.pid, to_text(options_.item_timeout));
                ring_.area().hands[stalled.place].death.store(Cause::ran_too_long().encode(),
                                                              std::memory_order_release);
                break;
            case Watch::Stalled::Why::HoldsLock:
                log(LogLevel::Warning, "{} (pid {}) holds a lock and does not go on (stopped?): killing it",
                    child->name(), stalled.pid);
                break;
        }
        ::kill(child->process.pid, SIGKILL);
    }
}

void Supervisor::begin_drain(const char* cause) {
    progress_.clear();
    log(LogLevel::Notice, "{}: draining, {} in flight", cause, segments_.in_flight());
    draining_ = true;
    drain_deadline_ = steady_clock::now() + options_.drain_timeout;
    ring_.area().stop.store(1, std::memory_order_release);
    const Child& producer = children_.front();
    if (producer.state == Child::State::Running) ::kill(producer.process.pid, SIGTERM);
    wake_all();
}

// The producer has failed for good: nobody tells the source any more, and what is durable would fill the
// storage until the end of the drain. Its space is freed, and the next start tells the source (which gives it
// again, and the ledger knows it). The producer's word has no other writer now.
void Supervisor::release_without_producer() noexcept {
    if (!producer_has_failed()) return;
    const std::uint64_t durable = storage_.durable();
    if (storage_.released() != durable) storage_.release(durable);
}

// Nothing is started again that could only fail again; what can still be drained is.
void Supervisor::stop_for_good(ExitStatus status) {
    if (!failure_) failure_ = status;
    if (!drain_deadline_) begin_drain("stopping");
}

void Supervisor::kill_all() {
    for (Child& child : children_) {
        if (child.state == Child::State::Running) {
            ::kill(child.process.pid, SIGKILL);
            ::waitpid(child.process.pid, nullptr, 0);
            child.process = {};
        }
        child.state = Child::State::Done;
    }
}

// What a dead consumer has left running. The living ones see to theirs.
void Supervisor::end_orphans(milliseconds bound) noexcept {
    if (!outside_) return;
    std::array<pid_t, kMaxPlaces + 1> own{};
    std::size_t count = 0;
    for (const Child& child : children_) {
        if (child.state == Child::State::Running) own[count++] = child.process.pid;
    }
    if (!kill_all_orphans(std::span(own).first(count), bound) && bound > milliseconds::zero()) {
        log(LogLevel::Warning, "processes that programs of --process have left cannot be killed: see ps");
    }
}

void Supervisor::finish_stopping(TimePoint now) {
    if (!draining_ || all_done()) return;
    if (drain_deadline_ && now >= *drain_deadline_) {
        log(LogLevel::Error, "not drained within --drain-timeout {}: stopping",
            to_text(options_.drain_timeout));
        if (!failure_) failure_ = ExitStatus::NotDrained;
        kill_all();
    } else if (failure_ && consumers_done()) {
        kill_all();  // the producer waits for consumers that will not come
    }
}

void Supervisor::wake_all() noexcept {
    ring_.wake_all();
    storage_.wake_all();
}

std::uint64_t Supervisor::progress_of(const Child& child) const noexcept {
    // Anything that only grows, or changes, as the child gets on with its work.
    if (child.role == Child::Role::Producer) return ring_.tail() + storage_.released();
    return ring_.hand(child.place).word().pack();
}

bool Supervisor::producer_has_failed() const noexcept {
    return failure_ && children_.front().state == Child::State::Done;
}

std::size_t Supervisor::places() const noexcept {
    std::size_t places = 0;
    for (const Child& child : children_) places = std::max<std::size_t>(places, child.place + 1U);
    return places;
}

bool Supervisor::consumers_done() const noexcept {
    return std::all_of(children_.begin() + 1, children_.end(),
                       [](const Child& child) { return child.state == Child::State::Done; });
}

bool Supervisor::all_done() const noexcept {
    return children_.front().state == Child::State::Done && consumers_done();
}

Supervisor::TimePoint Supervisor::next_deadline(TimePoint now) const noexcept {
    TimePoint next = next_look_;
    for (const Child& child : children_) {
        if (child.state == Child::State::Waiting) next = std::min(next, child.start_at);
    }
    if (drain_deadline_) next = std::min(next, *drain_deadline_);
    if (producer_has_failed()) next = std::min(next, now + kReleaseTick);
    if (progress_.is_shown()) next = std::min(next, progress_.next());
    return std::max(next, now);
}

}  // namespace pipeline
