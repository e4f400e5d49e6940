// SPDX-License-Identifier: Apache-2.0
// A consumer's life: finish the hand that its predecessor left in the place, then claim, process and save
// until the ring is closed and empty or it is told to leave. It leads the flush whenever one is due, and
// leaves only once its saved results are durable.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "common/base/exit_status.hpp"
#include "common/core/idle_wait.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "common/ledger/flush.hpp"
#include "common/options/consumer_options.hpp"
#include "common/os/lineage.hpp"
#include "consumer/outcome_log.hpp"
#include "consumer/work/batch_processor.hpp"
#include "consumer/work/claim_size.hpp"
#include "consumer/work/processor.hpp"

namespace pipeline {

class Consumer : private Batch::Owner {
  public:
    // Processes invoices one by one in this process.
    Consumer(const ConsumerOptions& options, const Segments& segments, Processor& processor, Ledger& ledger);
    // Has whole hands processed outside.
    Consumer(const ConsumerOptions& options, const Segments& segments, BatchProcessor& outside,
             Ledger& ledger);

    // Runs until the ring is drained or it leaves as told. Returns NotDrained only if it is an orphan that
    // cannot continue: its ledger cannot be written within the drain timeout, or the storage is full and no
    // producer is left to make room. Unfinished work then stays in the segments.
    [[nodiscard]] ExitStatus run();

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    Consumer(const ConsumerOptions& options, const Segments& segments, Processor* processor,
             BatchProcessor* outside, Ledger& ledger);

    // Each returns false if this is an orphan that cannot continue.
    [[nodiscard]] bool work_off_hand();
    [[nodiscard]] bool work_off_hand_outside();
    [[nodiscard]] bool save(std::span<const Finding> waiting);
    [[nodiscard]] bool save_results(std::span<const Result> results) override;
    // Leads the flush now; false if another consumer leads or the ledger cannot be written (retried later).
    bool lead_flush(std::chrono::nanoseconds bound);
    void look_after_ledger();
    template <class Action>
    bool use_ledger(Action&& action);
    // Counts the times of the hand's `count` items from `first` on, before their results are saved. They were
    // processed one by one from `began` until `now`.
    void count_times(std::uint64_t first, std::size_t count, TimePoint began, TimePoint now) noexcept;
    [[nodiscard]] bool drain_flush();
    [[nodiscard]] bool is_to_leave() noexcept;
    [[nodiscard]] bool flush_to_leave();
    void rest_after_failed_flush() const;

    void process(std::uint64_t first, std::uint64_t i, Result& result);
    std::chrono::nanoseconds look_after() override;
    // Leads the flush if one is due; waits at most `bound` for another leader. True if it flushed.
    bool flush(std::chrono::nanoseconds bound);
    // The time until there is a flush to lead; none if nothing waits for a flush.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> until_flush() const noexcept;
    [[nodiscard]] std::chrono::nanoseconds patience_for_items() noexcept;
    void look_after_ring() noexcept;
    [[nodiscard]] bool producer_is_alive() const noexcept;
    [[nodiscard]] bool orphan_has_waited_enough() const noexcept;
    [[nodiscard]] bool nobody_makes_room() const noexcept;

    const ConsumerOptions& options_;
    Ring ring_;
    Storage storage_;
    Hand hand_;
    Processor* processor_;     // exactly one of these two
    BatchProcessor* outside_;  // is not null
    PlaceMetrics& metrics_;
    ActivityMeter meter_;
    OutcomeLog outcome_log_;  // declared before the flush, which calls it
    Flush flush_;
    Lineage lineage_;
    ClaimSize claim_size_;
    IdleWait idle_wait_;
    // After a failed flush: when to retry, and the current back-off.
    TimePoint retry_flush_at_{};
    std::chrono::nanoseconds retry_delay_{0};
    TimePoint orphan_since_{};
    TimePoint batch_began_{};  // start of the unsaved part of the batch
    // For items processed and not yet saved. A result without details is reused for the next item, so that a
    // whole batch touches only its findings.
    std::array<Result, kMaxBatch> results_;
    std::array<Finding, kMaxBatch> findings_;
};

}  // namespace pipeline
