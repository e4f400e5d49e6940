// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/batch.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <utility>

#include "common/base/clock.hpp"
#include "common/core/pace/hold.hpp"
#include "consumer/work/claim_size.hpp"

namespace pipeline {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

Batch::Batch(const Hand& hand, std::span<Result> results, const Chances& chances, Owner& owner)
    : hand_(hand),
      results_(results),
      chances_(chances),
      owner_(owner),
      first_(hand.word().first),
      base_(hand.word().done),
      size_(hand.word().count - base_),
      saved_at_(steady_clock::now()) {
    for (std::size_t i = 0; i < size_; ++i) {
        if (!chances_.has_chance(hand_, base_ + i)) settle_without_work(i);
    }
}

void Batch::settle_without_work(std::size_t i) {
    chances_.settle_without_chance(hand_, base_ + i, results_[i]);
    mark_finished(i);
}

void Batch::mark_finished(std::size_t i) noexcept {
    finished_.set(i);
    ++finished_count_;
    while (ready_ < size_ && finished_[ready_]) ++ready_;
}

std::uint32_t Batch::attempt(std::size_t i) const {
    const std::uint32_t in_this_round = hand_.deaths(base_ + i) + 1U;
    const auto earlier = hand_.given_again(base_ + i);
    return earlier ? earlier->attempts + in_this_round : in_this_round;
}

bool Batch::has_suspect() const noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
        if (hand_.deaths(base_ + i) != 0 || hand_.item(base_ + i).is_given_again() ||
            hand_.is_suspect(base_ + i))
            return true;
    }
    return false;
}

bool Batch::take_permit() {
    if (has_permit_ || is_given_up_) return has_permit_;
    const auto wait = owner_.take_permit(!begun_);
    if (!wait) is_given_up_ = true;
    has_permit_ = wait == nanoseconds::zero();
    if (!has_permit_) until_permit_ = wait.value_or(nanoseconds::zero());
    return has_permit_;
}

bool Batch::begin(std::size_t i, std::size_t count) noexcept {
    const bool is_shared = count > 1;
    if (begun_ == i && !is_start_ && is_shared_ == is_shared) return !is_given_up_;
    return begin(i, false, is_shared);
}

bool Batch::begin_start(std::size_t i, std::size_t count) noexcept {
    return begin(i, true, count > 1);
}

// Passes a new `beat` to Hand::begin_work() each time, so that the supervisor's watch measures the item's
// time anew. Otherwise the watch would add the time of a failed attempt to that of the next attempt.
bool Batch::begin(std::size_t i, bool is_start, bool is_shared) noexcept {
    if (is_given_up_) return false;
    if (!is_timed_[i] && !is_start) {
        is_timed_.set(i);
        began_at_[i] = steady_clock::now();
    }
    is_start_ = is_start;
    is_shared_ = is_shared;
    ++beats_;
    resume(i);
    return true;
}

void Batch::resume(std::size_t i) noexcept {
    begun_ = i;
    hand_.begin_work(first_, base_ + i, beats_, is_shared_);
}

void Batch::pause() noexcept {
    if (!begun_) return;
    begun_.reset();
    hand_.end_work();
}

void Batch::finish(std::size_t i) {
    Result& result = results_[i];
    result.attempts = static_cast<std::uint8_t>(std::min(hand_.deaths(base_ + i) + 1U, 255U));
    // A hold may last longer than --give-up-after, so a retry that is asked for in it is not charged either.
    const bool has_failed = result.status == Status::Failed || result.status == Status::Waiting;
    if (is_timed_[i] && has_failed && chances_.is_tried_in_hold(hand_, base_ + i)) {
        const std::string reason(result.has_details ? result.details.reason_text() : std::string_view());
        return finish_uncharged(i, reason);
    }
    if (result.status == Status::Waiting) chances_.settle_retry(hand_, base_ + i, result);
    if (is_timed_[i]) chances_.note_attempt(hand_, base_ + i, result);
    tell_attempt(i);
    if (begun_ == i) pause();
    mark_finished(i);
}

void Batch::refuse(std::size_t i, std::string_view reason) {
    results_[i].set(Status::Failed, reason);
    finish(i);
}

std::string Batch::reason_of(Cause cause, std::string_view said) const {
    const std::string text = cause.text(chances_.item_timeout);
    return said.empty() ? text : fmt::format("{}: {}", text, said);
}

void Batch::finish_uncharged(std::size_t i, std::string_view reason) {
    chances_.settle_held(hand_, base_ + i, reason, results_[i]);
    if (is_timed_[i]) ++results_[i].attempts;
    tell_attempt(i);
    if (begun_ == i) pause();
    mark_finished(i);
}

// Records an invoice whose id is booked as waiting, due at once: the ledger recognises it. If the booked row
// has gone meanwhile, the invoice is given again.
Batch::Entry Batch::enter(std::size_t i) {
    if (chances_.is_held(hand_, base_ + i)) {
        finish_uncharged(i, kHeldReason);
        return Entry::Finished;
    }
    switch (owner_.admit(base_ + i)) {
        case Admitted::Begin:
            break;
        case Admitted::Later:
            until_permit_ = std::min<nanoseconds>(until_permit_, kAdmitAgain);
            return Entry::Later;
        case Admitted::IsBooked:
            finish_uncharged(i, "not run: its id was booked already");
            results_[i].attempt.retry_after_us = 0;
            return Entry::Finished;
    }
    return Entry::Begin;
}

// An invoice begins a hold by itself only once: if it shows the same when others have succeeded since, then
// it is to blame.
bool Batch::hold(std::size_t i, Cause cause, std::string_view said) {
    const bool is_on = chances_.hold && chances_.hold->is_on();
    if (!is_on && attempt(i) > 1) return false;
    const std::string reason = reason_of(cause, said);
    chances_.begin_hold(hand_, base_ + i, reason);
    if (!chances_.may_wait) return false;
    if (!chances_.hold || !chances_.hold->is_on()) return false;
    exit_status_ = cause.exit_status();
    finish_uncharged(i, reason);
    return true;
}

Batch::AfterCharge Batch::charge(std::size_t i, Cause cause, std::string_view said) {
    exit_status_ = cause.exit_status();
    const std::string reason = reason_of(cause, said);
    if (chances_.is_tried_in_hold(hand_, base_ + i)) {
        finish_uncharged(i, reason);
        return AfterCharge::Finished;
    }
    if (cause.exit_status() == EX_TEMPFAIL && chances_.may_wait) {
        results_[i].set(Status::Waiting, reason);
        finish(i);
        return AfterCharge::Finished;
    }
    hand_.charge(base_ + i, cause);
    begun_.reset();
    if (!chances_.settle_failure(hand_, base_ + i, reason, results_[i])) {
        is_timed_.reset(i);
        return AfterCharge::TryAgain;
    }
    chances_.note_attempt(hand_, base_ + i, results_[i]);
    tell_attempt(i);
    mark_finished(i);
    return AfterCharge::Finished;
}

// Adds to the result when the attempt began, how long it took and how it ended, and what is known of earlier
// rounds.
void Batch::tell_attempt(std::size_t i) {
    Result& result = results_[i];
    if (is_timed_[i]) {
        if (!std::exchange(result.has_attempt, true)) result.attempt = Attempt();
        const auto worked =
            std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began_at_[i]).count();
        result.attempt.started_us = static_cast<std::uint64_t>(wall_us() - worked);
        result.attempt.worked_us = static_cast<std::uint32_t>(std::min<std::int64_t>(worked, UINT32_MAX));
        result.attempt.exit_status = exit_status_;
    }
    exit_status_ = Attempt::kNoExitStatus;
    Chances::complete(hand_, base_ + i, result);
}

nanoseconds Batch::look_after(TimePoint now) {
    // Do not count the following as the item's time: a slow ledger or a full storage may delay it.
    const auto begun = begun_;
    pause();
    auto bound = nanoseconds::max();
    until_permit_ = nanoseconds::max();
    if (ready_ > saved_) {
        const auto due = saved_at_ + ClaimSize::kBudget;
        if (is_done() || now >= due) {
            save();
        } else {
            bound = due - now;
        }
    }
    bound = std::min(bound, owner_.do_other_work());
    is_left_ = is_left_ || owner_.must_leave();
    if (begun && !is_given_up_) {
        if (is_start_) ++beats_;
        resume(*begun);
    }
    return bound;
}

void Batch::save() {
    if (ready_ == saved_ || is_given_up_) return;
    const auto results = results_.subspan(saved_, ready_ - saved_);
    saved_ = ready_;
    is_given_up_ = !owner_.save_results(results);
    // Free the texts now: a batch that is not saved yet bounds what this process keeps.
    for (Result& result : results) result.extra.reset();
    saved_at_ = steady_clock::now();
}

bool settle_without_file(const SpoolFolder& spool, Batch& batch, std::size_t i) {
    const std::string fault = spool.find_fault(batch.invoice(i));
    if (fault.empty()) return false;
    batch.result(i).set(Status::Failed, fault);
    batch.finish(i);
    return true;
}

}  // namespace pipeline
