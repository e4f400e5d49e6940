// SPDX-License-Identifier: Apache-2.0
#include "supervisor/drain.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <string>

#include "common/base/duration_text.hpp"
#include "common/base/log.hpp"
#include "common/core/hand.hpp"
#include "common/os/journal.hpp"

namespace pipeline {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kReleaseTick{20};
constexpr std::chrono::milliseconds kEndAtKill{1000};

}  // namespace

void Drain::begin(const char* cause, bool is_asked) {
    const std::uint64_t in_flight = segments_.in_flight();
    log_event(
        LogLevel::Notice,
        fmt::format(
            "{}: draining, {} in flight{}", cause, in_flight,
            is_asked && !is_leaving_ ? "; a second signal stops at once, and the next start goes on" : ""),
        {{"event", "drain-begun"}, {"name", options_.name}, {"cause", cause}, {"in_flight", in_flight}});
    note();
    if (!deadline_) deadline_ = steady_clock::now() + options_.drain_timeout;
    Ring ring = segments_.ring();
    ring.request_stop(StopStep::Drain);
    wake_children();
}

void Drain::leave(const std::string& cause) {
    if (is_leaving_) return;
    log(LogLevel::Warning,
        "{}: stopping at once, {} in flight; what gets no result within {} stays for the next start", cause,
        segments_.in_flight(), to_text(kEndAtLeave));
    note();
    is_leaving_ = true;
    deadline_ = steady_clock::now() + kEndAtLeave;
    Ring ring = segments_.ring();
    ring.request_stop(StopStep::Leave);
    ring.call_consumers();
    wake_children();
}

// Wakes the children that wait, in shared memory or, as the producer may, at its source.
void Drain::wake_children() noexcept {
    const Child& producer = children_.producer();
    if (producer.state == Child::State::Running) ::kill(producer.process.pid, SIGTERM);
    segments_.ring().wake_all();
    segments_.storage().wake_all();
}

void Drain::note() noexcept {
    begun_ = true;
    segments_.metrics().supervisor.draining.store(1, std::memory_order_relaxed);
}

void Drain::fail(ExitStatus status) {
    if (!failure_) failure_ = status;
    if (!deadline_) begin("stopping");
}

void Drain::refuse_damaged(const std::string& what) {
    if (failure_ != ExitStatus::Internal) log(LogLevel::Error, "{}: stopping", what);
    segments_.mark_damaged(what);
    fail(ExitStatus::Internal);
    failure_ = ExitStatus::Internal;
}

void Drain::cut_short() {
    if (!failure_) failure_ = ExitStatus::NotDrained;
    kill_children();
    // Do not charge the invoices of consumers that this process has just killed. If HandArea::death is set,
    // the consumer died earlier, and its invoice stays charged. No other process writes HandArea now. If this
    // process is killed before this loop, the next start does not know why the consumers died, and makes
    // their invoices suspects (is_suspect()).
    Ring ring = segments_.ring();
    for (const Child& consumer : children_.consumers()) {
        const Hand hand = ring.hand(consumer.place);
        if (hand.area().death.load(std::memory_order_relaxed) == 0) hand.end_work();
    }
}

void Drain::kill_children() {
    for (const std::string& child : children_.kill_all(kEndAtKill)) {
        is_one_left_ = true;
        log(LogLevel::Warning, "{} does not end, not even by SIGKILL: it is left alone; see ps", child);
    }
}

void Drain::go_on(TimePoint now) {
    release_without_producer();
    if (!begun_ || children_.all_done()) return;
    if (deadline_ && now >= *deadline_) {
        if (!is_leaving_)
            return leave("not drained within --drain-timeout " + to_text(options_.drain_timeout));
        log(LogLevel::Warning, "not all have left within {}: killing what still runs", to_text(kEndAtLeave));
        cut_short();
    } else if (failure_ && children_.consumers_done()) {
        kill_children();  // the producer waits for consumers, but no consumer will start any more
    }
}

// Once the producer has failed for good, releases durable records in its stead: otherwise they would fill the
// storage. The source gets no receipts for them, so it gives these invoices again at the next start, and the
// ledger recognises them. The producer was the only other writer of `released`.
void Drain::release_without_producer() noexcept {
    if (!producer_has_failed()) return;
    Storage storage = segments_.storage();
    const std::uint64_t durable = storage.durable();
    if (storage.released() != durable) storage.release(durable);
}

bool Drain::producer_has_failed() const noexcept {
    return failure_ && children_.producer().state == Child::State::Done;
}

Drain::TimePoint Drain::next_deadline(TimePoint now) const noexcept {
    TimePoint next = deadline_.value_or(TimePoint::max());
    if (producer_has_failed()) next = std::min(next, now + kReleaseTick);
    return next;
}

ExitStatus Drain::finish() const {
    // A child that SIGKILL did not end may still hold a lock, which damage() would report as damage. In that
    // case use disorder(), which does not check locks.
    if (const auto damage = is_one_left_ ? segments_.disorder() : segments_.damage()) {
        log(LogLevel::Error, "{}; it is left as it is, and no start goes on with it", *damage);
        return ExitStatus::Internal;
    }
    if (const std::uint64_t in_flight = segments_.in_flight(); in_flight != 0) {
        tell_of_the_undrained(in_flight);
        return failure_.value_or(ExitStatus::NotDrained);
    }
    if (is_leaving_ && segments_.storage().released() != segments_.ring().tail()) {
        log(LogLevel::Error, "not drained: the next start tells the source what has been recorded");
        return failure_.value_or(ExitStatus::NotDrained);
    }
    if (segments_.are_current()) segments_.unlink();
    return failure_.value_or(is_undrained_ ? ExitStatus::NotDrained : ExitStatus::Drained);
}

void Drain::tell_of_the_undrained(std::uint64_t count) const {
    if (segments_.are_current()) {
        log(LogLevel::Error, "not drained, {} in flight: they stay in {}.* for the next start", count,
            segments_.path());
        return;
    }
    log(LogLevel::Error, "not drained, {} in flight, and somebody has removed {}.ring: {}", count,
        segments_.path(),
        options_.source.traits().can_repeat
            ? "the next start takes them from the source again"
            : fmt::format("{} cannot give them again; find out by the ledger which they are",
                          options_.source.traits().noun));
}

}  // namespace pipeline
