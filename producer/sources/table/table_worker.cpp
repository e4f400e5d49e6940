// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/table/table_worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kFirstDelay{50};
constexpr milliseconds kLastDelay{2000};
// An empty table is looked at after 10 ms, then ever less often.
constexpr milliseconds kFirstEmptyDelay{10};
constexpr milliseconds kLastEmptyDelay{1000};
constexpr milliseconds kRest{1000};  // without anything to do
constexpr std::size_t kMostRows = 10'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{8} << 20U;
// A lease is extended with this many others at most.
constexpr std::size_t kMostExtended = 10'000;
constexpr std::uint64_t kMostCounted = 100'000;

}  // namespace

TableWorker::TableWorker(TablePlan plan, std::shared_ptr<TableState> state)
    : plan_(std::move(plan)),
      state_(std::move(state)),
      table_(plan_.make()),
      delay_(kFirstDelay),
      empty_delay_(kFirstEmptyDelay),
      leases_end_(Clock::now() + std::chrono::ceil<milliseconds>(plan_.lease)) {
    held_.set_ack_wait(plan_.lease);
    for (const std::uint64_t position : plan_.held) held_.add_old(position);
}

void TableWorker::run() {
    while (true) {
        take_orders(Clock::now());
        if (finish_by_ && finish(Clock::now())) return;
        if (!is_open_ && Clock::now() >= open_at_) open();
        if (is_open_) serve();
        wait(Clock::now());
    }
}

// Takes what the producer has decided since the last call.
void TableWorker::take_orders(Clock::time_point now) {
    std::vector<std::uint64_t> ended;
    std::deque<WorkRow> unused;
    const std::size_t were_held = held_.size();
    {
        const std::lock_guard lock(state_->mutex);
        ended.swap(state_->ended);
        std::move(state_->back.begin(), state_->back.end(), std::back_inserter(back_));
        state_->back.clear();
        is_stopped_ = state_->is_stopped;
        finish_by_ = state_->finish_by;
        is_wanted_ = !is_stopped_ && now < state_->wanted_until;
        most_wanted_ = state_->most_wanted;
        // Nobody takes what is here, so others may have it.
        if (!is_wanted_) {
            unused.swap(state_->incoming);
            state_->incoming_bytes = 0;
        }
        queued_ = state_->incoming.size() + state_->handed;
        queued_bytes_ = state_->incoming_bytes;
        if (!unused.empty() || !back_.empty()) state_->is_empty = state_->is_over = false;
    }
    for (const std::uint64_t position : ended) held_.remove(position);
    std::move(unused.begin(), unused.end(), std::back_inserter(back_));
    for (const WorkRow& row : back_) held_.remove(row.position);
    if (!back_.empty() || (plan_.once && were_held != 0 && held_.size() == 0)) take_at_ = now;
}

void TableWorker::open() {
    try {
        table_->open();
        is_open_ = has_been_open_ = true;
        is_proved_ = false;
        take_at_ = Clock::now();
    } catch (const LedgerUnavailable& why) {
        trouble(why.what());
    } catch (const Failure& why) {
        if (!plan_.is_first || has_been_open_) return trouble(why.what());
        const std::lock_guard lock(state_->mutex);
        state_->failure = why;
        state_->signal();
        open_at_ = Clock::time_point::max();
    }
}

void TableWorker::trouble(const std::string& text) {
    is_open_ = false;
    open_at_ = Clock::now() + delay_;
    delay_ = std::min(delay_ * 2, kLastDelay);
    const std::lock_guard lock(state_->mutex);
    if (state_->trouble.empty()) state_->trouble_since = Clock::now();
    state_->trouble = text;
    ++state_->troubles;
    state_->is_empty = state_->is_over = false;
    state_->signal();
}

void TableWorker::serve() {
    try {
        extend();
        give_back();
        take();
        if (std::exchange(is_proved_, true)) return;
        delay_ = kFirstDelay;
        const std::lock_guard lock(state_->mutex);
        ++state_->sessions;
        state_->trouble.clear();
        state_->signal();
    } catch (const LedgerUnavailable& why) {
        // Rows may have been taken whose names were lost with the answer.
        leases_end_ = Clock::now() + std::chrono::ceil<milliseconds>(plan_.lease);
        trouble(why.what());
    }
}

void TableWorker::extend() {
    std::vector<std::uint64_t> due;
    do {
        due.clear();
        while (due.size() < kMostExtended) {
            const auto next = held_.next_due(Clock::now());
            if (!next) break;
            due.push_back(*next);
        }
        try {
            table_->extend(due, std::chrono::ceil<microseconds>(plan_.lease));
        } catch (...) {
            for (const std::uint64_t position : due) held_.add_old(position);
            throw;
        }
    } while (due.size() == kMostExtended);
}

void TableWorker::give_back() {
    if (back_.empty()) return;
    table_->give_back(back_);
    back_.clear();
}

void TableWorker::take() {
    auto now = Clock::now();
    const WorkProgress progress = plan_.progress();
    bound_.note(progress, now);
    lacks_room_ = false;
    if (!is_wanted_ || now < take_at_) return;
    const std::uint64_t unfinished =
        progress.pushed > progress.finished ? progress.pushed - progress.finished : 0;
    const std::uint64_t most = std::min<std::uint64_t>(bound_.most(), unfinished + most_wanted_);
    const std::uint64_t used = unfinished + queued_;
    // To take a few rows costs nearly as much as to take many.
    const std::uint64_t worth_it = 1 + most / 16;
    lacks_room_ = used + worth_it > most || queued_bytes_ >= kMostBytes;
    if (lacks_room_) return;
    WorkTable::Want want;
    want.rows = std::min<std::size_t>(most - used, kMostRows);
    want.bytes = kMostBytes;
    want.body_max = plan_.body_max;
    auto rows = table_->take(want, std::chrono::ceil<microseconds>(plan_.lease));
    bound_.set_round_trip(Clock::now() - now);
    now = Clock::now();
    if (rows.empty()) {
        take_at_ = now + empty_delay_;
        empty_delay_ = std::min(empty_delay_ * 2, kLastEmptyDelay);
    } else {
        empty_delay_ = kFirstEmptyDelay;
    }
    publish(std::move(rows), now);
}

void TableWorker::publish(std::vector<WorkRow> rows, Clock::time_point now) {
    const bool is_over = rows.empty() && plan_.once && !may_become_free(now);
    std::vector<WorkRow> again;
    const auto is_new = [&](const WorkRow& row) { return !held_.contains(row.position); };
    const auto known = std::stable_partition(rows.begin(), rows.end(), is_new);
    std::move(known, rows.end(), std::back_inserter(again));
    const bool is_empty = rows.empty();
    rows.erase(known, rows.end());
    for (const WorkRow& row : rows) held_.add(row.position, now);
    const std::lock_guard lock(state_->mutex);
    std::move(again.begin(), again.end(), std::back_inserter(state_->again));
    if (is_empty) {
        state_->is_empty = true;
        state_->is_over = is_over && state_->incoming.empty() && state_->back.empty();
        if (state_->is_over) state_->signal();
        return;
    }
    state_->is_empty = state_->is_over = false;
    const bool was_empty = state_->incoming.empty();
    for (WorkRow& row : rows) {
        const std::uint64_t bytes = row.id.size() + (row.body ? row.body->size() : 0);
        ++queued_;
        queued_bytes_ += bytes;
        state_->incoming_bytes += bytes;
        state_->incoming.push_back(std::move(row));
    }
    if (was_empty || !again.empty()) state_->signal();
}

// True if a row is taken, by nobody here, under a lease that may be of one who was killed.
bool TableWorker::may_become_free(Clock::time_point now) {
    if (now >= leases_end_) return false;
    return held_.size() != 0 || table_->count(1).taken != 0;
}

// Returns true if nothing is left to do, or no time.
bool TableWorker::finish(Clock::time_point now) {
    if (back_.empty()) {
        if (plan_.once && is_open_) tell_of_rest();
        return true;
    }
    if (now < *finish_by_) return false;
    log(LogLevel::Notice, "{}: no time is left to give {} back, which was taken: free when the lease ends",
        plan_.name, counted(back_.size(), "row"));
    return true;
}

void TableWorker::tell_of_rest() {
    try {
        const std::uint64_t taken = table_->count(kMostCounted).taken;
        if (taken == 0) return;
        log(LogLevel::Notice, "{}: {} taken by others, or by who was killed: free when the lease ends",
            plan_.name, counted(taken, "row") + (taken == 1 ? " is" : " are"));
    } catch (const LedgerUnavailable&) {
        // There is nothing to tell then.
    }
}

void TableWorker::wait(Clock::time_point now) {
    if (finish_by_ && back_.empty()) return;
    auto until = now + kRest;
    if (!is_open_) {
        until = std::min(until, open_at_);
    } else {
        until = std::min(until, held_.due_at());
        if (is_wanted_) until = std::min(until, lacks_room_ ? now + bound_.tick() : take_at_);
    }
    if (finish_by_) until = std::min(until, *finish_by_);
    std::unique_lock lock(state_->mutex);
    const auto has_orders = [&] {
        return !state_->back.empty() || state_->is_stopped != is_stopped_ ||
               state_->finish_by.has_value() != finish_by_.has_value() ||
               (!is_wanted_ && !state_->is_stopped && Clock::now() < state_->wanted_until) ||
               (plan_.once && held_.size() != 0 && state_->ended.size() >= held_.size());
    };
    state_->wake.wait_until(lock, until, has_orders);
}

}  // namespace pipeline
