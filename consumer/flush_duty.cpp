// SPDX-License-Identifier: Apache-2.0
#include "consumer/flush_duty.hpp"

#include <algorithm>
#include <thread>

#include "common/base/log.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr nanoseconds kFirstRetry{20'000'000};
constexpr nanoseconds kLastRetry{1'000'000'000};

}  // namespace

FlushDuty::FlushDuty(const ConsumerOptions& options, const Segments& segments, Ledger& ledger,
                     ActivityMeter& meter, const ClaimSize& claim_size)
    : meter_(meter),
      claim_size_(claim_size),
      outcome_log_(options.name),
      flush_(segments.ring(), segments.storage(),
             {segments.metrics().until_durable, segments.metrics().ledger}, ledger, segments.source(),
             FlushPolicy{.interval = options.flush_interval, .same_number = options.outside.same_number},
             &outcome_log_) {}

bool FlushDuty::lead_if_due(nanoseconds bound) {
    if (outcome_log_.has_something_to_say()) outcome_log_.tell(steady_clock::now());
    if (flush_.due_in(claim_size_.next_item()) != nanoseconds::zero()) return false;
    return !is_resting() && lead(bound);
}

bool FlushDuty::lead_if_any_waits(nanoseconds bound) {
    return flush_.due_in() && !is_resting() && lead(bound);
}

bool FlushDuty::lead(nanoseconds bound) {
    const ActivityMeter::Interlude flushing(meter_, Activity::Flushing);
    return use_ledger([&] { return flush_.lead(bound) == Flush::LeadOutcome::Flushed; });
}

void FlushDuty::look_after_ledger() {
    if (!is_resting()) use_ledger([this] { return flush_.look_after(); });
}

std::optional<nanoseconds> FlushDuty::next_look() const noexcept {
    const auto due = flush_.next_look();
    if (!due) return std::nullopt;
    if (retry_delay_ == nanoseconds::zero()) return std::min(kBoundedWait, *due);
    const auto retry_in = std::chrono::duration_cast<nanoseconds>(retry_at_ - steady_clock::now());
    return std::min(kBoundedWait, std::max(*due, retry_in));
}

void FlushDuty::rest_after_failure() const {
    if (retry_delay_ != nanoseconds::zero())
        std::this_thread::sleep_for(std::min(retry_delay_, kBoundedWait));
}

bool FlushDuty::is_resting() const noexcept {
    return retry_delay_ != nanoseconds::zero() && steady_clock::now() < retry_at_;
}

// Calls `action`, which uses the ledger, and returns its result. If the ledger is unavailable, logs that,
// sets the time of the retry, and returns false.
template <class Action>
bool FlushDuty::use_ledger(Action&& action) {
    try {
        if (!action()) return false;
    } catch (const LedgerUnavailable& unavailable) {
        // Log the failure once, however long it lasts.
        if (retry_delay_ == nanoseconds::zero()) log(LogLevel::Warning, "{}", unavailable.what());
        retry_delay_ = std::clamp(retry_delay_ * 2, kFirstRetry, kLastRetry);
        retry_at_ = steady_clock::now() + retry_delay_;
        return false;
    }
    if (retry_delay_ != nanoseconds::zero()) log(LogLevel::Notice, "the ledger takes results again");
    retry_delay_ = nanoseconds::zero();
    if (outcome_log_.has_something_to_say()) outcome_log_.tell(steady_clock::now());
    return true;
}

}  // namespace pipeline
