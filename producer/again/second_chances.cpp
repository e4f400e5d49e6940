// SPDX-License-Identifier: Apache-2.0
#include "producer/again/second_chances.hpp"

#include <signal.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// acquire() gives no more once the bytes of its items are so many.
constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20U;
// acquire() stops after this time: to find a file may take long if a folder is large.
constexpr milliseconds kGivingTime{10};
// The least time between two questions for what is due or to come.
constexpr milliseconds kAskAgain{20};

}  // namespace

SecondChances::SecondChances(std::unique_ptr<LedgerTaker> taker, const std::vector<TakenRow>& in_flight,
                             Plan plan)
    : taker_(std::move(taker)), plan_(plan), has_ended_leases_(!plan.is_exclusive) {
    for (const TakenRow& row : in_flight) in_flight_.try_emplace(row.id, row);
    if (taker_ == nullptr) return;
    // The thread inherits a full signal mask: signals are for the main thread.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        thread_ = std::thread([this] { work(); });
    } catch (const std::system_error& error) {
        // A limit of processes leaves no thread: the producer asks the ledger itself, and may wait for it.
        log(LogLevel::Debug, "no thread for invoices that wait: {}", error.what());
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

SecondChances::~SecondChances() {
    if (taker_ == nullptr) return;
    stop();
    if (thread_.joinable()) {
        thread_.join();
    } else {
        std::unique_lock lock(mutex_);
        end(lock);
    }
}

void SecondChances::work_without_thread() {
    if (taker_ == nullptr || thread_.joinable()) return;
    std::unique_lock lock(mutex_);
    try {
        step(lock);
    } catch (const std::exception& error) {
        if (!lock.owns_lock()) lock.lock();
        report(error.what());
    }
}

std::size_t SecondChances::acquire(std::span<Item> items, std::optional<std::uint64_t> present,
                                   Source& source) {
    bytes_.clear();
    if (taker_ == nullptr) return 0;
    work_without_thread();
    told_.clear();
    const std::lock_guard lock(mutex_);
    std::size_t given = 0;
    const auto until = Clock::now() + kGivingTime;
    while (given < items.size() && !ready_.empty() && !is_stopping_ && bytes_.size() < kBytesAtOnce &&
           Clock::now() < until) {
        TakenRow row = std::move(ready_.front());
        ready_.pop_front();
        const auto brought = source.bring_back(row.id, row.earlier.position);
        if (brought == Source::BringBack::Occupied) {
            returned_.push_back(std::move(row));
            continue;
        }
        if (brought == Source::BringBack::NotYet) {
            ready_.push_back(std::move(row));
            break;
        }
        Item& item = items[given++];
        item.position.store(present.value_or(row.earlier.position), std::memory_order_relaxed);
        item.extent.store(0, std::memory_order_relaxed);
        if (row.is_body_lost) {
            item.set_given_again_without_body(row.id, row.earlier, bytes_);
        } else if (row.body) {
            item.set_given_again(row.id, row.earlier, *row.body, plan_.most_bytes, bytes_);
            row.body.reset();  // it is in memory once
        } else {
            item.set_given_again(row.id, row.earlier, bytes_);
        }
        if (row.id_unusable) item.set_length(kSpanned | kIdUnusable);
        in_flight_.insert_or_assign(row.id, std::move(row));
    }
    if (given != 0 && ready_.empty()) look_at_ = {};  // there may be more
    if ((given != 0 && ready_.empty()) || !returned_.empty()) wakeup_.wake();
    return given;
}

bool SecondChances::wants_records(std::uint64_t waiting) noexcept {
    if (taker_ == nullptr) return false;
    if (std::exchange(waiting_seen_, waiting) != waiting) return true;
    const std::lock_guard lock(mutex_);
    return !in_flight_.empty();
}

void SecondChances::stored(const Record& record, std::string_view id) {
    if (taker_ == nullptr || !record.has_attempt()) return;
    const std::lock_guard lock(mutex_);
    if (record.is_given_again()) {
        // The row may have been taken once more since the record was durable.
        const auto given = in_flight_.find(std::string(id));
        if (given != in_flight_.end() && given->second.earlier.round == record.attempt.round)
            in_flight_.erase(given);
    }
    if (record.outcome != Outcome::Waiting) return;
    // The record waited for its commit, so the row may be due sooner than this. The look corrects it.
    const auto due =
        Clock::now() + std::chrono::microseconds(static_cast<std::int64_t>(record.attempt.retry_after_us));
    if (!due_at_ || due < *due_at_) due_at_ = due;
    if (due < look_at_) wakeup_.wake();
}

nanoseconds SecondChances::until_due() const {
    if (taker_ == nullptr) return std::chrono::hours(1);
    const std::lock_guard lock(mutex_);
    if (!ready_.empty() || looks_ < asked_) return milliseconds(1);
    if (!due_at_) return std::chrono::hours(1);
    return std::max<nanoseconds>(*due_at_ - Clock::now(), kAskAgain);
}

bool SecondChances::is_over(std::uint64_t seen) {
    if (taker_ == nullptr) return true;
    work_without_thread();
    const std::lock_guard lock(mutex_);
    if (!ready_.empty() || !returned_.empty() || !in_flight_.empty()) return false;
    if (asked_at_ != seen) {
        asked_at_ = seen;
        wanted_look_ = asked_ = looks_ + 2;  // the look that is going on may have begun too early
        wakeup_.wake();
        return false;
    }
    return looks_ >= asked_ && !due_at_;
}

void SecondChances::hold(bool is_on) {
    if (taker_ == nullptr) return;
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_held_, is_on) != is_on) {
        wants_try_ = false;
        for (TakenRow& row : ready_) returned_.push_back(std::move(row));
        ready_.clear();
        look_at_ = {};
        wakeup_.wake();
    }
    if (is_on && ready_.empty() && !std::exchange(wants_try_, true)) wakeup_.wake();
}

void SecondChances::stop() {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    wakeup_.wake();
}

}  // namespace pipeline
