// SPDX-License-Identifier: Apache-2.0
#include "producer/producer.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/os/journal.hpp"
#include "producer/living_consumers.hpp"
#include "producer/resume.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBoundedWait{500};
// The longest wait for the source while items are not acknowledged, so that receipts come soon; the urgent
// one if so many are not that they could fill half of the storage.
constexpr milliseconds kReceiptsWait{50};
constexpr milliseconds kUrgentReceiptsWait{1};
constexpr milliseconds kLookOutside{20};
// A call of acknowledge() gives at most this many receipts, and for this time, but at least one.
constexpr std::uint64_t kReceiptsSlice = 1024;
constexpr milliseconds kReceiptsTime{10};
// The most items that are given again before new ones get their turn.
constexpr std::size_t kAgainAtOnce = 64;

}  // namespace

Producer::Producer(const ProducerOptions& options, const Segments& segments, Source& source,
                   SecondChances& second_chances, SourceHold& hold, int signal_fd)
    : options_(options),
      ring_(segments.ring()),
      storage_(segments.storage()),
      tail_(ring_.tail()),
      meter_(segments.metrics().producer.activity, monotonic_ns()),
      source_(source),
      second_chances_(second_chances),
      signal_fd_(signal_fd),
      wake_fd_(either_of(signal_fd, second_chances.ready_fd())),
      lineage_(options.parent),
      marker_(ring_, storage_, options.source.traits().input == SourceTraits::Input::List),
      pace_(ring_, storage_, options.rate),
      hold_(hold) {}

ExitStatus Producer::run() {
    ring_.area().producer_process.store(ProcessId::self().pack(), std::memory_order_release);
    const auto expected = source_.expected();
    if (expected) ring_.area().expected.store(*expected, std::memory_order_relaxed);
    try {
        if (!ring_.closed()) acquire_until_stopped();
    } catch (const Failure&) {
        marker_.at_end(source_);
        throw;
    }
    marker_.at_end(source_);
    ring_.require_tail(tail_);
    ring_.close();
    const bool drained = wait_for_receipts();
    ring_.area().producer_process.store(0, std::memory_order_release);
    if (!drained || lacks_ids_) return ExitStatus::NotDrained;
    if (ring_is_used_up_) {
        log(LogLevel::Error, "the ring has counted {} items, no more is possible: start again", ring_.tail());
        return ExitStatus::NotDrained;
    }
    return ExitStatus::Drained;
}

void Producer::acquire_until_stopped() {
    while (!has_given_up_) {
        acknowledge();
        if (!stopping_ && must_stop()) {
            stopping_ = true;
            source_.stop();
            second_chances_.stop();
            pace_.stop();
        }
        if (is_paused()) {
            wait_without_source(idle_wait_.next(), Until::Continued);
            continue;
        }
        const auto gate = hold_.gate(storage_.tail() == tail_);
        second_chances_.hold(hold_.is_on() && !stopping_);
        if (gate == SourceHold::Gate::Closed && !stopping_) {
            wait_in_hold();
            continue;
        }
        if (acquire_and_push(gate == SourceHold::Gate::Try)) {
            idle_wait_.found_something();
            continue;
        }
        marker_.nothing_came(source_, monotonic_ns());
        const bool exhausted = source_.exhausted();
        ring_.area().exhausted.store(exhausted ? 1 : 0, std::memory_order_relaxed);
        if (stopping_ || (options_.once && exhausted && is_nothing_waiting())) return;
        wait_for_source();
    }
}

// Returns false if there was nothing. `is_try`: one item may be tried; those that wait longest come first.
bool Producer::acquire_and_push(bool is_try) {
    if (is_try) hold_.let_through(tail_);
    const std::size_t again = acquire_again(is_try ? 1 : kAgainAtOnce);
    if (again != 0) push(again, second_chances_.bytes());
    if (is_try && again != 0) return true;
    const std::size_t count = acquire(is_try ? 1 : options_.batch_max);
    if (count != 0) push(count, source_.bytes());
    return count + again != 0;
}

std::size_t Producer::acquire(std::size_t most) {
    const std::uint64_t now = monotonic_ns();
    const std::size_t allowed = std::min({most, std::size_t{ring_.capacity() - 1}, pace_.wanted()});
    if (allowed == 0) return 0;
    const std::size_t count = source_.acquire(std::span(batch_).first(allowed));
    if (count != 0) pace_.note_push(now);
    for (Item& item : std::span(batch_).first(count)) item.acquired_ns = now;
    if (count != 0) marker_.before_push(source_, count, count < allowed, now);
    return count;
}

// Acquires items that are given again, at most `most`. The items of an ordered source carry the position
// where it continues, so that the watermark and the next producer's position stay true.
std::size_t Producer::acquire_again(std::size_t most) {
    if (!marker_.is_proved(source_)) most = 0;
    const auto present = ring_.area().ordered != 0 ? std::optional(next_position(ring_)) : std::nullopt;
    most = std::min({most, pace_.wanted(), std::size_t{ring_.capacity() - 1}});
    const std::uint64_t now = monotonic_ns();
    const std::size_t count = second_chances_.acquire(std::span(batch_).first(most), present, source_);
    for (Item& item : std::span(batch_).first(count)) item.acquired_ns = now;
    if (count != 0) marker_.note_file(source_);
    return count;
}

void Producer::push(std::size_t count, std::string_view bytes) {
    std::span<const Item> waiting(batch_.data(), count);
    while (!waiting.empty()) {
        ring_.require_tail(tail_);
        const auto pushed = ring_.push(waiting, bytes);
        tail_ += pushed.count;
        waiting = waiting.subspan(pushed.count);
        switch (pushed.outcome) {
            case Ring::PushOutcome::Pushed:
                break;
            case Ring::PushOutcome::Closed:
                ring_is_used_up_ = !ring_.closed();
                return give_up(waiting, ring_is_used_up_ ? "the ring can count no more"
                                                         : "the ring has been closed meanwhile");
            case Ring::PushOutcome::Full:
                // If the source can give these items again, a stop leaves them in the source for the next
                // run, so that the drain does not wait for room.
                if (must_stop() && options_.source.traits().can_repeat) return;
                if (orphan_has_waited_enough())
                    return give_up(waiting, "the supervisor and all consumers are gone and the ring is full");
                if (ring_.leave_requested())
                    return give_up(waiting, "the pipeline stops at once and the ring is full");
                {
                    const ActivityMeter::Interlude waiting_for_room(meter_, Activity::WaitingForRoom);
                    static_cast<void>(ring_.area().producer.wait_for(
                        kBoundedWait, [this] { return ring_.has_room_again() || has_receipts(); }));
                }
                static_cast<void>(source_.look());
                acknowledge();
        }
    }
}

// Stops the source because the ring accepts no more items. Reports the items that the source cannot give
// again.
void Producer::give_up(std::span<const Item> waiting, const char* why) {
    has_given_up_ = true;
    source_.stop();
    if (options_.source.traits().can_repeat) return;
    lacks_ids_ = true;
    const std::string first = printable(waiting.front().shown_id());
    std::size_t lost = waiting.size();
    while (const std::size_t more = source_.acquire(batch_)) lost += more;
    log_about(LogLevel::Error, "ids-not-taken", first,
              "{}: {} ids from {} are not taken, from '{}' on; give them again", why, lost,
              options_.source.traits().noun, first);
}

void Producer::wait_for_source() {
    if (const auto bound = pace_.until_wanted(); bound > nanoseconds::zero())
        return wait_without_source(std::min<nanoseconds>(bound, IdleWait::kLater), Until::RateAllows);
    const std::uint64_t unreleased = ring_.tail() - storage_.released();
    const auto often = unreleased == 0                         ? nanoseconds::max()
                       : unreleased >= storage_.capacity() / 2 ? nanoseconds(kUrgentReceiptsWait)
                                                               : nanoseconds(kReceiptsWait);
    const auto wait = std::max<nanoseconds>(
        std::min({nanoseconds(idle_wait_.next()), often, second_chances_.until_due()}), milliseconds(1));
    // Only receipts can come then, and the ring tells of those.
    if (unreleased != 0 && options_.once && source_.exhausted())
        return wait_without_source(wait, Until::Receipts);
    const ActivityMeter::Interlude waiting_for_input(meter_, Activity::WaitingForInput);
    source_.wait(wake_fd_.get(), std::chrono::ceil<milliseconds>(wait));
}

void Producer::wait_in_hold() {
    const ActivityMeter::Interlude waiting_for_input(meter_, Activity::WaitingForInput);
    const nanoseconds bound = std::min({nanoseconds(kBoundedWait), hold_.until_try(), source_.look()});
    static_cast<void>(ring_.area().producer.wait_for(
        bound, [this] { return !hold_.is_on() || ring_.stop_requested() || has_receipts(); }));
}

// Returns when `until` is reached, a pause begins or there is other work. The source may have items ready.
void Producer::wait_without_source(nanoseconds bound, Until until) {
    const ActivityMeter::Interlude waiting_for_input(meter_, Activity::WaitingForInput);
    bound = std::min(bound, source_.look());
    static_cast<void>(ring_.area().producer.wait_for(bound, [this, until] {
        return ring_.paused() != (until == Until::Continued) || ring_.stop_requested() || has_receipts() ||
               (until == Until::RateAllows && pace_.until_wanted() == nanoseconds::zero());
    }));
}

// Acknowledges some of the durable records. A receipt may take milliseconds (a rename on a slow disk): all of
// a full storage would delay new items, a stop, and the release of space that consumers need.
void Producer::acknowledge() {
    const std::uint64_t durable = storage_.durable();
    std::uint64_t released = storage_.released();
    if (released == durable) return;
    storage_.require_order();
    const bool wants_again = second_chances_.wants_records(storage_.totals().waiting);
    if (!source_.wants_receipts() && !wants_again) return storage_.release(durable);
    const std::uint64_t end = std::min(durable, released + kReceiptsSlice);
    const auto until = steady_clock::now() + kReceiptsTime;
    do {
        const Record& record = storage_.record(released);
        const std::string_view id = storage_.id(released);
        source_.acknowledge({record.position, id, record.id_unusable(), record.outcome});
        second_chances_.stored(record, id);
        ++released;
    } while (released < end && steady_clock::now() < until);
    storage_.release(released);
}

// Waits until every item is acknowledged. Returns false if orphan_has_waited_enough() or
// has_only_unfinished() ends the wait before that. Call it once the ring is closed.
bool Producer::wait_for_receipts() {
    meter_.enter(Activity::Flushing, monotonic_ns());
    const auto until = steady_clock::now() + options_.drain_timeout / 2;
    while (true) {
        acknowledge();
        if (stopping_ && steady_clock::now() > until) leave_receipts();
        ring_.require_tail(tail_);
        require_within(storage_.released(), 0, tail_, {"storage.released"});
        if (storage_.released() == tail_) return true;
        if (orphan_has_waited_enough() || has_only_unfinished(ring_, storage_)) return false;
        const auto bound = std::min<nanoseconds>(kBoundedWait, source_.serve());
        static_cast<void>(ring_.area().producer.wait_for(bound, [this] { return has_receipts(); }));
    }
}

// Releases the durable records without receipts, if the source can go without them. The invoices are in the
// ledger, so the next start makes up for the receipts. The caller does this once half of the drain timeout is
// over.
void Producer::leave_receipts() {
    const std::uint64_t left = storage_.durable() - storage_.released();
    if (left == 0 || !source_.can_go_without_receipts()) return;
    log(LogLevel::Notice,
        "no time is left for {} of the source, whose invoices are in the ledger: the next start does that",
        counted(left, "receipt"));
    storage_.release(storage_.durable());
}

// True if the supervisor is dead, so that nobody restarts consumers, and the drain timeout is over or none
// lives.
bool Producer::orphan_has_waited_enough() noexcept {
    if (!lineage_.is_orphan()) return false;
    if (!orphan_deadline_) orphan_deadline_ = steady_clock::now() + options_.drain_timeout;
    return steady_clock::now() > *orphan_deadline_ || !has_living_consumer(ring_);
}

// True once the supervisor has requested a stop, or is dead. A signal only wakes the producer: the supervisor
// sends one after it has set `stop` in the ring, and the kernel sends one when the supervisor dies.
bool Producer::must_stop() noexcept {
    if (stopping_ || ring_.stop_requested()) return true;
    // The system calls below take longer than a batch: make them only once in a while.
    const auto now = steady_clock::now();
    if (now < look_outside_at_) return false;
    look_outside_at_ = now + kLookOutside;
    signalfd_siginfo received{};
    while (::read(signal_fd_, &received, sizeof received) == static_cast<ssize_t>(sizeof received)) {
    }
    if (ring_.stop_requested()) return true;
    if (!lineage_.is_orphan()) return false;
    ring_.request_stop(StopStep::Drain);
    return true;
}

}  // namespace pipeline
