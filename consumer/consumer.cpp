// SPDX-License-Identifier: Apache-2.0
#include "consumer/consumer.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/clock.hpp"
#include "common/options/retry_options.hpp"
#include "consumer/batch_worker.hpp"
#include "consumer/invoice_worker.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kMakeWay{2'000'000};

std::optional<Permits> permits_of(const ConsumerOptions& options, const Ring& ring) noexcept {
    return options.rate ? std::optional<Permits>(std::in_place, ring.area(), *options.rate) : std::nullopt;
}

// With --rate, a consumer claims only as many items as may begin within ClaimSize::kBudget at that rate. It
// leaves the rest to other consumers.
std::size_t most_to_claim(const ConsumerOptions& options) noexcept {
    if (!options.rate) return options.batch_max;
    return std::min<std::size_t>(options.batch_max, Permits::begins_in(*options.rate, ClaimSize::kBudget));
}

Chances chances_of(const ConsumerOptions& options, const Ring& ring) {
    const RetryOptions& retry = options.retry;
    Chances chances;
    chances.max_attempts = options.max_attempts;
    chances.item_timeout = options.item_timeout;
    chances.may_wait = options.ledger.keeps_rows();
    chances.least_delay = retry.delay.least;
    chances.greatest_delay = retry.delay.greatest;
    chances.give_up_after = retry.give_up_after.value_or(kDefaultGiveUp);
    // Invoices that are held wait in the ledger.
    if (chances.may_wait) chances.hold.emplace(ring.area().hold);
    chances.hold_after = retry.hold_after;
    return chances;
}

}  // namespace

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, Ledger& ledger,
                   std::size_t least_claim)
    : ring_(segments.ring()),
      storage_(segments.storage()),
      hand_(ring_.hand(options.place)),
      meter_(segments.metrics().places[options.place].activity, monotonic_ns()),
      claim_size_(most_to_claim(options), least_claim),
      flush_(options, segments, ledger, meter_, claim_size_),
      watch_(ring_, Lineage(options.parent), options.drain_timeout),
      pacer_(permits_of(options, ring_), flush_, watch_),
      clock_(hand_, segments.metrics().places[options.place], meter_, claim_size_),
      saver_(hand_, storage_, segments.metrics().places[options.place], flush_, watch_),
      departure_(hand_, storage_, flush_, watch_) {}

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, Processor& processor,
                   Ledger& ledger)
    : Consumer(options, segments, ledger, 1) {
    worker_ = std::make_unique<InvoiceWorker>(hand_, processor, chances_of(options, ring_), claim_size_,
                                              clock_, saver_, pacer_, watch_);
}

Consumer::Consumer(const ConsumerOptions& options, const Segments& segments, BatchProcessor& outside,
                   Ledger& ledger, std::shared_ptr<LedgerLookup> booked)
    : Consumer(options, segments, ledger, options.outside.pipeline) {
    worker_ = std::make_unique<BatchWorker>(
        hand_, outside, chances_of(options, ring_), clock_, saver_, flush_, watch_, pacer_,
        Admission(ring_, storage_, hand_, std::move(booked), options.source.traits().gives_again()));
}

ExitStatus Consumer::run() {
    storage_.settle();
    hand_.take_over(ProcessId::self());
    if (!worker_->work_off()) return leave_unfinished();
    while (true) {
        if (watch_.must_leave()) return leave_unfinished();
        flush_.lead_if_due(nanoseconds::zero());
        if (departure_.is_wanted() && departure_.flush_saved()) {
            hand_.leave();
            return ExitStatus::Drained;
        }
        const nanoseconds bound = patience_for_items();
        meter_.relabel(Activity::WaitingForInput);
        switch (ring_.claim(hand_, claim_size_.next(), bound)) {
            case Ring::ClaimOutcome::Claimed:
                if (!ring_.has_waited()) meter_.relabel(Activity::Working);
                idle_wait_.found_something();
                if (!worker_->work_off()) return leave_unfinished();
                break;
            case Ring::ClaimOutcome::Empty:
                watch_.look();
                flush_.look_after_ledger();
                worker_->look_after();
                break;
            case Ring::ClaimOutcome::Called:
                // The supervisor's call may be for a consumer that still waits for the ring's pop lock.
                // Sleep, so that this consumer does not take the lock again first.
                if (!hand_.is_told_to_leave()) std::this_thread::sleep_for(kMakeWay);
                break;
            case Ring::ClaimOutcome::Closed:
                if (!departure_.drain()) return ExitStatus::NotDrained;
                hand_.leave();
                return ExitStatus::Drained;
        }
    }
}

// Leaves what is in hand and ring to the next start. If a stop wants that, first makes durable what is saved.
ExitStatus Consumer::leave_unfinished() {
    if (!watch_.must_leave() || !departure_.drain() || !hand_.empty()) return ExitStatus::NotDrained;
    hand_.leave();
    return ExitStatus::NotDrained;
}

nanoseconds Consumer::patience_for_items() noexcept {
    if (const auto due = flush_.next_look()) return *due;
    return idle_wait_.next();
}

}  // namespace pipeline
