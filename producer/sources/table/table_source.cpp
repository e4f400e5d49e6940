// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/table/table_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "producer/sources/readiness.hpp"
#include "producer/sources/work_bound.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // of one batch, but at least one item
// Rows are taken as long as somebody wants some: if nobody calls for this time, those that are here go back.
constexpr milliseconds kWanted{1000};
constexpr milliseconds kServeEvery{200};

TablePlan plan_of(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context) {
    TablePlan plan;
    plan.make = [make = context.work_table, table = spec.table] { return make(table); };
    plan.name = printable(spec.name());
    plan.once = once;
    plan.is_first = resume.acquired == 0;
    plan.lease = context.row_lease;
    plan.body_max = context.body_max;
    plan.progress = context.progress;
    for (const std::uint64_t position : resume.in_flight) {
        if (!resume.given_again.contains(position)) plan.held.push_back(position);
    }
    return plan;
}

}  // namespace

TableSource::TableSource(const SourceSpec& spec, const Resume& resume, bool once,
                         const SourceContext& context)
    : name_(printable(spec.name())),
      once_(once),
      body_max_(context.body_max),
      report_(context.report),
      batch_max_(context.batch_max),
      progress_(context.progress),
      link_(plan_of(spec, resume, once, context), context.end_patience) {
    for (const std::uint64_t position : resume.in_flight) {
        const auto again = resume.given_again.find(position);
        const bool has_row = again == resume.given_again.end();
        flights_.insert(position).first = {has_row, has_row ? 0 : again->second | 1U};
    }
    TableState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    state.wanted_until = TableState::Clock::now() + kWanted;
    state.wake.notify_one();
}

std::size_t TableSource::acquire(std::span<Item> items) {
    bytes_.clear();
    report();
    std::size_t count = 0;
    TableState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    if (state.failure) throw Failure(*state.failure);
    const auto now = TableState::Clock::now();
    if (once_ && !state.trouble.empty() && now - state.trouble_since > kMostTrouble)
        throw Failure(ExitStatus::NoInput, state.trouble);
    if (is_stopped_) give_back_unpushed();
    given_.clear();
    state.handed = 0;
    for (const WorkRow& row : std::exchange(state.again, {})) pass_over(row);
    if (is_stopped_) return 0;
    const bool was_wanted = now < std::exchange(state.wanted_until, now + kWanted);
    if (!was_wanted) state.wake.notify_one();
    state.most_wanted = items.size() < batch_max_ ? items.size() : WorkBound::kMost;
    while (count < items.size() && bytes_.size() < kMostBytes && !state.incoming.empty()) {
        WorkRow row = std::move(state.incoming.front());
        state.incoming.pop_front();
        state.incoming_bytes -= row.id.size() + (row.body ? row.body->size() : 0);
        if (!take(row, items[count])) continue;
        ++count;
        given_.push_back({row.position, row.until_us, {}});
    }
    state.handed = count;
    pushed_before_ = progress_().pushed;
    return count;
}

// Returns true if the row gives an item. (An id's hash is never 0, which stands for one that is not known.)
// The caller holds the state's mutex.
bool TableSource::take(const WorkRow& row, Item& item) {
    if (flights_.contains(row.position)) {
        pass_over(row);
        return false;
    }
    flights_.insert(row.position).first = {true, hash_of(row.id) | 1U, 0};
    if (row.is_body_too_long) {
        item.set_id_and_body(row.id, "-", 0, bytes_);
    } else if (row.body) {
        item.set_id_and_body(row.id, *row.body, body_max_, bytes_);
    } else {
        item.set_id(row.id, bytes_);
    }
    if (item.id_unusable()) {
        auto& unusable = report_->numbers().unusable_ids;
        unusable.store(unusable.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    item.position.store(row.position, std::memory_order_relaxed);
    item.extent.store(0, std::memory_order_relaxed);
    return true;
}

// The position of the row is in the pipeline, or was just now. If it is the row itself, whose lease had
// ended, the commit removes it. Another id means another row, of a table whose numbers have begun anew, and a
// row that was given again has left the table: no commit of what is in the pipeline removes this one. The
// caller holds the state's mutex.
void TableSource::pass_over(const WorkRow& row) {
    Flight* const flight = flights_.find(row.position);
    if (flight == nullptr) {
        link_.state().back.push_back(row);
        return link_.state().wake.notify_one();
    }
    const bool is_same = flight->id_hash == 0 || flight->id_hash == (hash_of(row.id) | 1U);
    if (flight->has_row && is_same) return;
    flight->other_until_us = row.until_us;
    link_.state().ended.push_back(row.position);
}

bool TableSource::exhausted() const {
    const TableState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    return is_stopped_ || (state.incoming.empty() && (once_ ? state.is_over : state.is_empty));
}

void TableSource::stop() {
    is_stopped_ = true;
    TableState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    give_back_unpushed();
    state.is_stopped = true;
    state.handed = 0;
    state.wake.notify_one();
}

// During a stop, a push that finds the ring full leaves the rest of its items out. The caller holds the
// state's mutex.
void TableSource::give_back_unpushed() {
    const std::uint64_t pushed = progress_().pushed - pushed_before_;
    for (std::size_t i = std::min<std::uint64_t>(pushed, given_.size()); i < given_.size(); ++i) {
        flights_.erase(given_[i].position);
        link_.state().back.push_back(std::move(given_[i]));
    }
    given_.clear();
    if (!link_.state().back.empty()) link_.state().wake.notify_one();
}

void TableSource::wait(int signal_fd, milliseconds bound) {
    TableState& state = link_.state();
    {
        const std::lock_guard lock(state.mutex);
        state.handed = 0;
        if (!state.incoming.empty() && !is_stopped_) return;
        state.wanted_until = TableState::Clock::now() + bound + kWanted;
    }
    if (wait_readable(state.event.get(), signal_fd, bound)) state.clear_event();
}

nanoseconds TableSource::serve() {
    {
        TableState& state = link_.state();
        const std::lock_guard lock(state.mutex);
        state.handed = 0;
    }
    report();
    return kServeEvery;
}

// Tells observers and the log how the connection is.
void TableSource::report() {
    TableState& state = link_.state();
    std::string trouble;
    bool is_new = false;
    bool is_back = false;
    {
        const std::lock_guard lock(state.mutex);
        is_new = std::exchange(troubles_told_, state.troubles) != state.troubles;
        is_back = std::exchange(sessions_told_, state.sessions) != state.sessions && troubles_told_ != 0;
        trouble = state.trouble;
    }
    if (!trouble.empty() && is_new) {
        report_->set(SourceState::Unreadable, trouble);
        warning_.tell(name_, fmt::format("{}: {}; it is tried again", name_, trouble));
    }
    if (!trouble.empty()) return;
    report_->clear(SourceState::Unreadable);
    if (is_back) log(LogLevel::Notice, "{}: rows can be taken again", name_);
}

void TableSource::acknowledge(const Receipt& receipt) {
    const Flight* const flight = flights_.find(receipt.position);
    if (flight == nullptr) return;
    TableState& state = link_.state();
    const std::lock_guard lock(state.mutex);
    if (flight->other_until_us != 0) {
        state.back.push_back({receipt.position, flight->other_until_us, {}});
    } else {
        state.ended.push_back(receipt.position);
    }
    flights_.erase(receipt.position);
    if (!state.back.empty() || (once_ && flights_.empty())) state.wake.notify_one();
}

// The commit with which it began to wait has removed its row.
Source::BringBack TableSource::bring_back(std::string_view id, std::uint64_t position) {
    const auto [flight, is_new] = flights_.insert(position);
    if (!is_new) return BringBack::NotYet;
    flight = {false, hash_of(id) | 1U, 0};
    return BringBack::Ready;
}

}  // namespace pipeline
