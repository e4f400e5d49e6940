// SPDX-License-Identifier: Apache-2.0
// A consumer's life: finish the hand that the place was left with, then claim, process and save until the
// ring is closed and empty, or it is told to leave the others alone, leading the flush whenever it is due;
// leave only when what was saved is durable.
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
    // Processes one invoice after the other, here.
    Consumer(const ConsumerOptions& options, const Segments& segments, Processor& processor, Ledger& ledger);
    // Has hands processed outside.
    Consumer(const ConsumerOptions& options, const Segments& segments, BatchProcessor& outside,
             Ledger& ledger);

    // Runs until the ring is drained, or it has left as it was told. Returns NotDrained only when it is an
    // orphan that cannot go on: its ledger cannot be written within the drain timeout, or the storage is full
    // and no producer is left to make room. What it leaves is in the segments then.
    [[nodiscard]] ExitStatus run();

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    Consumer(const ConsumerOptions& options, const Segments& segments, Processor* processor,
             BatchProcessor* outside, Ledger& ledger);

    // Each false if this is an orphan that cannot go on.
    [[nodiscard]] bool work_off_hand();
    [[nodiscard]] bool work_off_hand_outside();
    [[nodiscard]] bool save(std::span<const Finding> waiting);
    [[nodiscard]] bool save_results(std::span<const Result> results) override;
    // Leads it now; false if somebody else does or the ledger cannot be written, which is then tried later.
    bool lead_flush(std::chrono::nanoseconds bound);
    void look_after_ledger();
    template <class Action>
    bool use_ledger(Action&& action);
    // Counts the times of items of the hand whose results are to be saved now: `count` from `first` on,
    // processed one after the other from `began` until `now`.
    void count_times(std::uint64_t first, std::size_t count, TimePoint began, TimePoint now) noexcept;
    [[nodiscard]] bool drain_flush();
    [[nodiscard]] bool is_to_leave() noexcept;
    [[nodiscard]] bool flush_to_leave();
    void rest_after_failed_flush() const;

    void process(std::uint64_t first, std::uint64_t i, Result& result);
    std::chrono::nanoseconds look_after() override;
    // Leads the flush if one is due, `bound` waiting for another leader; true if it flushed.
    bool flush(std::chrono::nanoseconds bound);
    // How long to wait for something else until there is a flush to lead; none if nothing is to be flushed.
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
    Processor* processor_;     // either this
    BatchProcessor* outside_;  // or that
    PlaceMetrics& metrics_;
    ActivityMeter meter_;
    OutcomeLog outcome_log_;  // before the flush, which tells it
    Flush flush_;
    Lineage lineage_;
    ClaimSize claim_size_;
    IdleWait idle_wait_;
    // After a failed flush: when to try again, and the delay that led to it.
    TimePoint retry_flush_at_{};
    std::chrono::nanoseconds retry_delay_{0};
    TimePoint orphan_since_{};
    TimePoint batch_began_{};  // the part of the batch that is not saved
    // Of the items that are processed and not saved. A result without details is used for the next item
    // too: then a whole batch touches no more than its findings.
    std::array<Result, kMaxBatch> results_;
    std::array<Finding, kMaxBatch> findings_;
};

}  // namespace pipeline
