// SPDX-License-Identifier: Apache-2.0
#include "consumer/consumer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <thread>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "consumer/work/attempts.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds kBoundedWait{500'000'000};
constexpr nanoseconds kLeastWait{1'000'000};  // while another consumer leads a due flush
constexpr nanoseconds kMakeWay{2'000'000};
constexpr nanoseconds kFirstRetry{20'000'000};
constexpr nanoseconds kLastRetry{1'000'000'000};

std::uint64_t ns_of(steady_clock::time_point time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, Processor& processor,
                   Ledger& ledger)
    : Consumer(options, segments, &processor, nullptr, ledger) {}

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, BatchProcessor& outside,
                   Ledger& ledger)
    : Consumer(options, segments, nullptr, &outside, ledger) {}

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, Processor* processor,
                   BatchProcessor* outside, Ledger& ledger)
    : options_(options),
      ring_(segments.ring()),
      storage_(segments.storage()),
      hand_(ring_.hand(options.place)),
      processor_(processor),
      outside_(outside),
      metrics_(segments.metrics().places[options.place]),
      meter_(metrics_.activity, monotonic_ns()),
      outcome_log_(options.name),
      flush_(ring_, storage_, {segments.metrics().until_durable, segments.metrics().ledger}, ledger,
             segments.source(), FlushPolicy{.interval = options.flush_interval}, &outcome_log_),
      lineage_(options.parent),
      claim_size_(options.batch_max, outside == nullptr ? 1 : options.outside.pipeline) {}

ExitStatus Consumer::run() {
    storage_.settle();
    hand_.take_over(ProcessId::self());
    if (!work_off_hand()) return ExitStatus::NotDrained;
    while (true) {
        flush(nanoseconds::zero());
        if (is_to_leave() && flush_to_leave()) {
            hand_.leave();
            return ExitStatus::Drained;
        }
        const nanoseconds bound = patience_for_items();
        meter_.relabel(Activity::WaitingForInput);
        switch (ring_.claim(hand_, claim_size_.next(), bound)) {
            case Ring::ClaimOutcome::Claimed:
                if (!ring_.has_waited()) meter_.relabel(Activity::Working);
                idle_wait_.found_something();
                if (!work_off_hand()) return ExitStatus::NotDrained;
                break;
            case Ring::ClaimOutcome::Empty:
                look_after_ring();
                look_after_ledger();
                if (outside_ != nullptr) outside_->look_after();
                break;
            case Ring::ClaimOutcome::Called:
                // The call may be for a consumer queued on the lock. Sleep, or we would take the lock again.
                if (!hand_.is_told_to_leave()) std::this_thread::sleep_for(kMakeWay);
                break;
            case Ring::ClaimOutcome::Closed:
                if (!drain_flush()) return ExitStatus::NotDrained;
                hand_.leave();
                return ExitStatus::Drained;
        }
    }
}

// Processes the hand's items and saves their results at the end, or earlier once they have taken longer than
// a claim should, so that no finished invoice waits behind a slow one.
bool Consumer::work_off_hand() {
    if (outside_ != nullptr) return work_off_hand_outside();
    const HandWord word = hand_.word();
    std::size_t unsaved = 0;
    std::size_t with_details = 0;
    const std::size_t look = claim_size_.items_a_look();
    std::size_t next_look = look;
    auto began = steady_clock::now();
    hand_.set_since(ns_of(began));
    meter_.enter(Activity::Working, ns_of(began));
    for (std::uint64_t i = word.done; i < word.count; ++i) {
        Result& result = results_[with_details];
        process(word.first, i, result);
        findings_[unsaved++] = Finding(result);
        if (result.has_details) ++with_details;
        const bool last = i + 1 == word.count;
        if (!last && unsaved < next_look) continue;
        next_look += look;
        const auto now = steady_clock::now();
        if (!last && now - began < ClaimSize::kBudget) continue;
        claim_size_.measured(unsaved, now - began);
        count_times(i + 1 - unsaved, unsaved, began, now);
        hand_.set_since(last ? 0 : ns_of(now));
        meter_.enter(Activity::WaitingForRoom, ns_of(now));
        if (!save(std::span(findings_).first(unsaved))) return false;
        began = steady_clock::now();
        meter_.enter(Activity::Working, ns_of(began));
        unsaved = 0;
        with_details = 0;
        next_look = look;
    }
    return true;
}

void Consumer::process(std::uint64_t first, std::uint64_t i, Result& result) {
    if (!is_to_be_processed(hand_, i, options_.max_attempts)) {
        settle_unprocessed(hand_, i, options_.item_timeout, result);
        return;
    }
    hand_.begin_work(first, i);
    processor_->process(hand_.item(i), result);
    hand_.end_work();
    result.attempts = static_cast<std::uint8_t>(std::min(hand_.deaths(i) + 1, 255));
}

void Consumer::count_times(std::uint64_t first, std::size_t count, TimePoint began, TimePoint now) noexcept {
    const std::uint64_t each = static_cast<std::uint64_t>((now - began).count()) / count;
    metrics_.processing.add(each, count);
    // Items acquired together wait nearly equally long: count them at once, with the time of their first one.
    // Items are in order of acquisition; touching each would cost more than all else here.
    std::span<const Item> items(&hand_.item(first), count);
    std::uint64_t begun = ns_of(began);
    while (!items.empty()) {
        const std::uint64_t acquired = items.front().acquired_ns;
        const auto is_together = [acquired](const Item& item) { return item.acquired_ns == acquired; };
        const auto together =
            is_together(items.back())
                ? items.size()
                : static_cast<std::size_t>(std::partition_point(items.begin(), items.end(), is_together) -
                                           items.begin());
        metrics_.waiting.add(begun > acquired ? begun - acquired : 0, together);
        begun += each * together;
        items = items.subspan(together);
    }
}

bool Consumer::save(std::span<const Finding> waiting) {
    while (true) {
        const std::size_t saved = storage_.save(hand_, waiting);
        metrics_.items.store(metrics_.items.load(std::memory_order_relaxed) + saved,
                             std::memory_order_relaxed);
        waiting = waiting.subspan(saved);
        if (waiting.empty()) return true;
        // No room: the ledger or the producer's receipts are behind. This consumer can only wait for the
        // flush leader.
        if (!flush(Flush::kLeaveToLeader)) storage_.wait_for_room(until_flush().value_or(kBoundedWait));
        look_after_ring();
        if (orphan_has_waited_enough() || nobody_makes_room()) return false;
    }
}

// The same for processing outside. The batch decides when to save which results.
bool Consumer::work_off_hand_outside() {
    if (hand_.empty()) return true;
    batch_began_ = steady_clock::now();
    hand_.set_since(ns_of(batch_began_));
    meter_.enter(Activity::Working, ns_of(batch_began_));
    Batch batch(hand_, results_, options_.max_attempts, options_.item_timeout, *this);
    outside_->process(batch);
    batch.save();
    hand_.set_since(0);
    return !batch.is_given_up();
}

bool Consumer::save_results(std::span<const Result> results) {
    const auto now = steady_clock::now();
    claim_size_.measured(results.size(), now - batch_began_);
    count_times(hand_.word().done, results.size(), batch_began_, now);
    meter_.enter(Activity::WaitingForRoom, ns_of(now));
    hand_.set_since(ns_of(now));
    std::transform(results.begin(), results.end(), findings_.begin(),
                   [](const Result& result) { return Finding(result); });
    const bool saved = save(std::span(findings_).first(results.size()));
    batch_began_ = steady_clock::now();
    meter_.enter(Activity::Working, ns_of(batch_began_));
    return saved;
}

// A hand may take long outside: other consumers' records must not wait for it.
nanoseconds Consumer::look_after() {
    flush(nanoseconds::zero());
    look_after_ring();
    return std::max(until_flush().value_or(kBoundedWait), kLeastWait);
}

bool Consumer::flush(nanoseconds bound) {
    if (outcome_log_.has_something_to_say()) outcome_log_.tell(steady_clock::now());
    const auto due = flush_.due_in();
    // Flush early if the next invoice may take longer than the flush can wait: perhaps nobody else is free.
    if (!due || *due > claim_size_.slow_item()) return false;
    if (retry_delay_ != nanoseconds::zero() && steady_clock::now() < retry_flush_at_) return false;
    return lead_flush(bound);
}

bool Consumer::lead_flush(nanoseconds bound) {
    const ActivityMeter::Interlude flushing(meter_, Activity::Flushing);
    return use_ledger([&] { return flush_.lead(bound) == Flush::LeadOutcome::Flushed; });
}

// Also reports a moved or replaced ledger while the pipeline is idle.
void Consumer::look_after_ledger() {
    if (retry_delay_ != nanoseconds::zero() && steady_clock::now() < retry_flush_at_) return;
    use_ledger([this] { return flush_.look_after(); });
}

// Returns the result of `action`; false also if the ledger is unavailable, which is logged.
template <class Action>
bool Consumer::use_ledger(Action&& action) {
    try {
        if (!action()) return false;
    } catch (const LedgerUnavailable& unavailable) {
        // Log it once, however long it lasts.
        if (retry_delay_ == nanoseconds::zero()) log(LogLevel::Warning, "{}", unavailable.what());
        retry_delay_ = std::clamp(retry_delay_ * 2, kFirstRetry, kLastRetry);
        retry_flush_at_ = steady_clock::now() + retry_delay_;
        return false;
    }
    if (retry_delay_ != nanoseconds::zero()) log(LogLevel::Notice, "the ledger takes results again");
    retry_delay_ = nanoseconds::zero();
    if (outcome_log_.has_something_to_say()) outcome_log_.tell(steady_clock::now());
    return true;
}

// Flushes until everything saved, and the cursor, is durable. False if this is an orphan that has waited long
// enough.
bool Consumer::drain_flush() {
    while (true) {
        if (lead_flush(kBoundedWait) && storage_.durable() == storage_.tail()) return true;
        rest_after_failed_flush();
        look_after_ring();
        if (orphan_has_waited_enough()) return false;
    }
}

// True if this consumer is told to leave and others continue. It stays in a drain, where it may be the last
// one, and as an orphan, because nobody would start another consumer.
bool Consumer::is_to_leave() noexcept {
    if (!hand_.is_told_to_leave()) return false;
    look_after_ring();
    return !ring_.stop_requested() && !ring_.closed();
}

// Makes everything saved so far durable: other consumers may be busy with slow invoices and flush it late.
// False if this consumer must stay after all.
bool Consumer::flush_to_leave() {
    const std::uint64_t saved = storage_.tail();
    while (storage_.durable() < saved) {
        if (!is_to_leave()) return false;
        lead_flush(kBoundedWait);
        rest_after_failed_flush();
    }
    return true;
}

void Consumer::rest_after_failed_flush() const {
    if (retry_delay_ != nanoseconds::zero())
        std::this_thread::sleep_for(std::min(retry_delay_, kBoundedWait));
}

std::optional<nanoseconds> Consumer::until_flush() const noexcept {
    const auto due = flush_.next_look();
    if (!due) return std::nullopt;
    if (retry_delay_ == nanoseconds::zero()) return std::min(kBoundedWait, *due);
    const auto retry_in = std::chrono::duration_cast<nanoseconds>(retry_flush_at_ - steady_clock::now());
    return std::min(kBoundedWait, std::max(*due, retry_in));
}

nanoseconds Consumer::patience_for_items() noexcept {
    if (const auto due = until_flush()) return *due;
    // A program outside may write to its standard error, or end, at any time.
    return outside_ != nullptr ? until_common_tick(IdleWait::kSoon) : idle_wait_.next();
}

// The first consumer to notice closes the ring if a stop is requested and the producer is gone: it may have
// died together with the supervisor, or for good. A living producer closes the ring itself, after it has
// pushed the items that it cannot acquire again.
void Consumer::look_after_ring() noexcept {
    if (lineage_.is_orphan() && orphan_since_ == steady_clock::time_point{}) {
        orphan_since_ = steady_clock::now();
        log(LogLevel::Notice, "the supervisor is gone: draining");
        ring_.area().stop.store(1, std::memory_order_relaxed);
    }
    if (ring_.closed() || !ring_.stop_requested()) return;
    if (!producer_is_alive() || orphan_has_waited_enough()) ring_.close();
}

bool Consumer::producer_is_alive() const noexcept {
    return ProcessId::unpack(ring_.area().producer_process.load(std::memory_order_acquire)).is_alive();
}

bool Consumer::orphan_has_waited_enough() const noexcept {
    return orphan_since_ != steady_clock::time_point{} &&
           steady_clock::now() - orphan_since_ > options_.drain_timeout;
}

// Everything saved is durable, and still the storage is full: only a producer releases its space, and only
// the next supervisor starts another producer.
bool Consumer::nobody_makes_room() const noexcept {
    return orphan_since_ != steady_clock::time_point{} && storage_.durable() == storage_.tail() &&
           !producer_is_alive();
}

}  // namespace pipeline
