// SPDX-License-Identifier: Apache-2.0
// What the thread of SecondChances does: all work with the ledger.
#include <algorithm>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "producer/again/second_chances.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;

// The most rows in one transaction, and so the most that are taken and not given.
constexpr std::size_t kTakenAtOnce = 256;
// How long a row waits whose invoice cannot be given now, because another one has its name in the spool.
constexpr std::chrono::seconds kOccupied{5};
constexpr milliseconds kAfterFailure{500};

}  // namespace

void SecondChances::work() {
    std::unique_lock lock(mutex_);
    has_thread_ = true;
    while (!is_stopping_) {
        try {
            step(lock);
            wait(lock);
            if (std::exchange(is_failing_, false)) {
                log(LogLevel::Notice, "the ledger can be asked again for invoices that wait");
            }
        } catch (const std::exception& error) {
            if (!lock.owns_lock()) lock.lock();
            report(error.what());
            rest(lock);
        }
    }
    end(lock);
}

void SecondChances::end(std::unique_lock<std::mutex>& lock) {
    try {
        for (TakenRow& row : ready_) returned_.push_back(std::move(row));
        ready_.clear();
        give_back(lock);
    } catch (const std::exception& error) {
        log(LogLevel::Debug, "{}", error.what());  // the leases end by themselves
    }
}

void SecondChances::step(std::unique_lock<std::mutex>& lock) {
    const auto now = Clock::now();
    if (!has_ended_leases_) {
        const auto ids = ids_in_flight();
        lock.unlock();
        taker_->end_leases(ids);
        lock.lock();
        has_ended_leases_ = true;
        look_at_ = {};
    }
    give_back(lock);
    if (now >= renew_at_) renew(lock);
    if (has_to_look()) look(lock);
}

// While rows are ready, the producer is behind: no more are taken.
bool SecondChances::has_to_look() const {
    const auto now = Clock::now();
    if (is_held_) return ready_.empty() && (wants_try_ || looks_ < wanted_look_);
    return ready_.empty() && (now >= look_at_ || looks_ < wanted_look_ || (due_at_ && now >= *due_at_));
}

void SecondChances::rest(std::unique_lock<std::mutex>& lock) {
    const auto until = Clock::now() + kAfterFailure;
    while (!is_stopping_ && Clock::now() < until) {
        lock.unlock();
        static_cast<void>(wakeup_.sleep(until - Clock::now()));
        lock.lock();
    }
}

void SecondChances::wait(std::unique_lock<std::mutex>& lock) {
    const auto due = due_at_;
    while (!is_stopping_ && returned_.empty() && !has_to_look() && (!ready_.empty() || due_at_ == due)) {
        const auto now = Clock::now();
        const bool takes = ready_.empty() && !is_held_;
        const bool is_listening = takes && now >= listen_at_;
        auto until = renew_at_;
        if (takes) until = std::min({until, look_at_, is_listening ? look_at_ : listen_at_});
        if (takes && due_at_) until = std::min(until, *due_at_);
        if (now >= until) return;
        lock.unlock();
        const bool has_changed = wakeup_.sleep(until - now, is_listening ? taker_->changes() : -1);
        lock.lock();
        if (!has_changed) continue;
        // A busy ledger is looked at regularly, and not after each of its commits.
        look_at_ = {};
        listen_at_ = Clock::now() + until_common_tick(plan_.look_every);
    }
}

void SecondChances::look(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    taker_->forget_changes();
    auto next = taker_->until_next();
    lock.lock();
    const bool is_try = std::exchange(wants_try_, false);
    if (is_held_ ? is_try : next && *next <= next->zero()) {
        const auto ids = ids_in_flight();
        lock.unlock();
        std::vector<TakenRow> taken =
            is_try ? taker_->take_for_a_try(plan_.lease) : taker_->take(kTakenAtOnce, plan_.lease, ids);
        lock.lock();
        for (TakenRow& row : taken) ready_.push_back(std::move(row));
        if (!taken.empty()) told_.wake();
        lock.unlock();
        next = taker_->until_next();
        lock.lock();
    }
    const auto now = Clock::now();
    look_at_ =
        now + until_common_tick(has_thread_ && taker_->changes() >= 0 ? plan_.trust : plan_.look_every);
    due_at_ = next ? std::optional(now + std::chrono::ceil<milliseconds>(*next)) : std::nullopt;
    if (++looks_ == asked_) told_.wake();
}

std::unordered_set<std::string> SecondChances::ids_in_flight() const {
    std::unordered_set<std::string> ids;
    for (const auto& [id, row] : in_flight_) ids.insert(id);
    for (const TakenRow& row : ready_) ids.insert(row.id);
    return ids;
}

void SecondChances::renew(std::unique_lock<std::mutex>& lock) {
    std::vector<TakenRow> rows;
    for (const TakenRow& row : ready_) rows.push_back({row.id, row.id_unusable, row.earlier});
    for (const auto& [id, row] : in_flight_) rows.push_back(row);
    lock.unlock();
    taker_->renew(rows, plan_.lease);
    lock.lock();
    renew_at_ = Clock::now() + plan_.lease / 3;
}

void SecondChances::give_back(std::unique_lock<std::mutex>& lock) {
    if (returned_.empty()) return;
    const std::vector<TakenRow> rows = std::move(returned_);
    returned_.clear();
    const bool at_once = is_stopping_ || is_held_;
    lock.unlock();
    taker_->give_back(rows, at_once ? std::chrono::seconds(0) : kOccupied);
    lock.lock();
}

void SecondChances::report(const std::string& why) {
    if (std::exchange(is_failing_, true)) return;
    log(LogLevel::Warning, "{}: invoices that wait are not given again until it can be asked", why);
}

}  // namespace pipeline
