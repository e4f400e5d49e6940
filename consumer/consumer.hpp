// SPDX-License-Identifier: Apache-2.0
// Runs a consumer. It first finishes the items that a dead predecessor has left in its hand
// (common/core/hand.hpp). Then it claims items and processes them until the ring is closed and empty, or
// until the supervisor tells it to leave. It leads the flush into the ledger whenever one is due, and leaves
// only once its saved results are durable.
#pragma once

#include <chrono>
#include <memory>

#include "common/base/exit_status.hpp"
#include "common/core/idle_wait.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/options/consumer_options.hpp"
#include "consumer/departure.hpp"
#include "consumer/drain_watch.hpp"
#include "consumer/flush_duty.hpp"
#include "consumer/hand_worker.hpp"
#include "consumer/pacer.hpp"
#include "consumer/result_saver.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/claim_size.hpp"
#include "consumer/work/processor.hpp"
#include "consumer/work_clock.hpp"

namespace pipeline {

class Consumer {
  public:
    // Processes invoices one by one in this process.
    Consumer(const ConsumerOptions& options, const Segments& segments, Processor& processor, Ledger& ledger);
    // Gives all claimed items together to a processor that works in another process. `booked` says which ids
    // are booked already.
    Consumer(const ConsumerOptions& options, const Segments& segments, BatchProcessor& outside,
             Ledger& ledger, std::shared_ptr<LedgerLookup> booked);

    // Runs until the ring is drained or the supervisor has told the consumer to leave, and returns Drained.
    // Returns NotDrained if a stop makes the consumer leave at once (DrainWatch::must_leave()), or if the
    // supervisor is dead and the consumer cannot continue: it has waited for the
    // ledger, for room in storage or for a permit (--rate) beyond the drain timeout, or the storage is full
    // and no producer is left to make room. Unfinished work then stays in the segments.
    [[nodiscard]] ExitStatus run();

  private:
    Consumer(const ConsumerOptions& options, const Segments& segments, Ledger& ledger,
             std::size_t least_claim);

    [[nodiscard]] ExitStatus leave_unfinished();
    [[nodiscard]] std::chrono::nanoseconds patience_for_items() noexcept;

    Ring ring_;
    Storage storage_;
    Hand hand_;
    ActivityMeter meter_;
    ClaimSize claim_size_;
    FlushDuty flush_;
    DrainWatch watch_;
    Pacer pacer_;
    WorkClock clock_;
    ResultSaver saver_;
    Departure departure_;
    IdleWait idle_wait_;
    std::unique_ptr<HandWorker> worker_;
};

}  // namespace pipeline
