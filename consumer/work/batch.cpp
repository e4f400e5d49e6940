// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/batch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "consumer/work/claim_size.hpp"

namespace pipeline {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

void settle_unprocessed(const Hand& hand, std::uint64_t i, nanoseconds item_timeout, Result& result) {
    if (hand.item(i).id_unusable()) {
        result.set(
            Status::Failed,
            "the source's id cannot be used: it is longer than 4,096 bytes, or has a NUL byte or, as a "
            "file name, a newline");
        result.attempts = 1;
        return;
    }
    if (hand.item(i).is_body_omitted()) {
        result.set(Status::Failed, "its body is longer than --body-max");
        result.attempts = 1;
        return;
    }
    result.set(Status::Failed, hand.cause(i).text(item_timeout));
    result.attempts = hand.deaths(i);
}

Batch::Batch(const Hand& hand, std::span<Result> results, std::uint32_t max_attempts,
             nanoseconds item_timeout, Owner& owner)
    : hand_(hand),
      results_(results),
      max_attempts_(max_attempts),
      item_timeout_(item_timeout),
      owner_(owner),
      first_(hand.word().first),
      base_(hand.word().done),
      size_(hand.word().count - base_),
      saved_at_(steady_clock::now()) {
    for (std::size_t i = 0; i < size_; ++i) {
        if (!is_to_be_processed(hand_, base_ + i, max_attempts_)) settle_without_work(i);
    }
}

void Batch::settle_without_work(std::size_t i) {
    settle_unprocessed(hand_, base_ + i, item_timeout_, results_[i]);
    mark_finished(i);
}

void Batch::mark_finished(std::size_t i) noexcept {
    finished_.set(i);
    ++finished_count_;
    while (ready_ < size_ && finished_[ready_]) ++ready_;
}

bool Batch::has_suspect() const noexcept {
    for (std::size_t i = 0; i < size_; ++i) {
        if (attempt(i) > 1 || hand_.is_suspect(base_ + i)) return true;
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

void Batch::finish(std::size_t i) noexcept {
    results_[i].attempts = static_cast<std::uint8_t>(std::min(attempt(i), 255U));
    if (begun_ == i) pause();
    mark_finished(i);
}

void Batch::refuse(std::size_t i, std::string_view reason) {
    results_[i].set(Status::Failed, reason);
    finish(i);
}

Batch::AfterCharge Batch::charge(std::size_t i, Cause cause, std::string_view said) {
    hand_.charge(base_ + i, cause);
    begun_.reset();
    if (hand_.deaths(base_ + i) < max_attempts_) return AfterCharge::TryAgain;
    const std::string text = cause.text(item_timeout_);
    Result& result = results_[i];
    result.set(Status::Failed, said.empty() ? text : fmt::format("{}: {}", text, said));
    result.attempts = hand_.deaths(base_ + i);
    mark_finished(i);
    return AfterCharge::GivenUp;
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
