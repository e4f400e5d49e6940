// SPDX-License-Identifier: Apache-2.0
// Does a consumer's share of the flushes: leads a flush whenever one is due and no other consumer leads it.
// After a failure of the ledger, retries with a growing delay. Logs the failure once, and the recovery.
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

    // Leads a flush if one is due; waits at most `bound` for another leader. Returns true if it has flushed.
    bool lead_if_due(std::chrono::nanoseconds bound);
    // Leads a flush now. Returns false if another consumer leads or the ledger cannot be written.
    bool lead(std::chrono::nanoseconds bound);
    // The time until there is a flush to lead, at most kBoundedWait; none if no record waits.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> next_look() const noexcept;

    // Reports a ledger that was moved or replaced. Call it while the pipeline is idle.
    void look_after_ledger();
    // If the last attempt failed, sleeps until the retry, but at most kBoundedWait.
    void rest_after_failure() const;

  private:
    using TimePoint = std::chrono::steady_clock::time_point;

    [[nodiscard]] bool is_resting() const noexcept;
    template <class Action>
    bool use_ledger(Action&& action);

    ActivityMeter& meter_;
    const ClaimSize& claim_size_;
    OutcomeLog outcome_log_;  // declared before the flush, which calls it
    Flush flush_;
    std::chrono::nanoseconds retry_delay_{0};  // 0: the last attempt succeeded
    TimePoint retry_at_{};
};

}  // namespace pipeline
