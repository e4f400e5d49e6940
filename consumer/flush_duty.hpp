// SPDX-License-Identifier: Apache-2.0
// Leads the flush of saved results into the ledger whenever one is due and no other consumer leads it. After
// a failure of the ledger, retries with a growing delay. Logs the failure once, and the recovery.
#pragma once

#include <chrono>
#include <optional>

#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "common/ledger/flush.hpp"
#include "common/options/consumer_options.hpp"
#include "consumer/outcome_log.hpp"
#include "consumer/work/claim_size.hpp"

namespace pipeline {

class FlushDuty {
  public:
    // The longest wait between two checks whether a flush is due.
    static constexpr std::chrono::nanoseconds kBoundedWait{500'000'000};

    // All references must outlive the object.
    FlushDuty(const ConsumerOptions& options, const Segments& segments, Ledger& ledger, ActivityMeter& meter,
              const ClaimSize& claim_size);

    // Calls lead(bound) if a flush is due and no retry is pending. Returns true if this consumer has flushed.
    // Also writes the log lines of invoices that were not booked (OutcomeLog).
    bool lead_if_due(std::chrono::nanoseconds bound);
    // Calls lead(bound) if a record waits for a flush, due or not, and no retry is pending.
    bool lead_if_any_waits(std::chrono::nanoseconds bound);
    // Leads a flush now, even if none is due. If another consumer leads, waits at most `bound` for its end.
    // Returns false if that consumer still leads then, or if the ledger cannot be written.
    bool lead(std::chrono::nanoseconds bound);
    // The time after which to call lead_if_due() again, at most kBoundedWait; none if no record waits for a
    // flush.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_look() const noexcept;

    // Checks whether the ledger was moved or replaced, and logs that like a failed flush. Call it when a
    // claim has found no item.
    void look_after_ledger();
    // If the last use of the ledger failed, sleeps for the delay before the retry, but at most kBoundedWait.
    void rest_after_failure() const;

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    [[nodiscard]] bool is_resting() const noexcept;
    template <class Action>
    bool use_ledger(Action&& action);

    ActivityMeter& meter_;
    const ClaimSize& claim_size_;
    OutcomeLog outcome_log_;  // must precede flush_, which uses it
    Flush flush_;
    std::chrono::nanoseconds retry_delay_{0};  // 0: the last use of the ledger succeeded
    TimePoint retry_at_{};
};

}  // namespace pipeline
