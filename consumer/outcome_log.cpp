// SPDX-License-Identifier: Apache-2.0
#include "consumer/outcome_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/os/journal.hpp"

namespace pipeline {
namespace {

std::string_view word(Outcome outcome) noexcept {
    return outcome == Outcome::Duplicate ? "duplicate" : to_text(outcome);
}

void add(Totals& totals, Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::Booked:
            break;
        case Outcome::Rejected:
            ++totals.rejected;
            break;
        case Outcome::Failed:
            ++totals.failed;
            break;
        case Outcome::Duplicate:
            ++totals.duplicates;
            break;
        case Outcome::Waiting:
            ++totals.waiting;
            break;
    }
}

// Returns the processor's reason. If the ledger's outcome differs from the processor's status, returns why it
// differs.
std::string_view reason_of(const Record& record, const Details* details) noexcept {
    if (record.outcome == Outcome::Duplicate) return "its id is in the ledger already, from another position";
    // It came before, or the ledger has rejected it because of its number (--same-number).
    if (record.outcome == Outcome::Rejected && record.status == Status::Booked && record.has_extra())
        return "its row in the ledger says why";
    if (record.outcome != static_cast<Outcome>(record.status))
        return "so it was recorded when it came before";
    return details == nullptr ? std::string_view() : details->reason_text();
}

}  // namespace

OutcomeLog::~OutcomeLog() {
    tell(TimePoint::max());
}

void OutcomeLog::stored(const RecordRange& records, const Totals& outcomes) noexcept {
    const TimePoint now = std::chrono::steady_clock::now();
    Totals rest{0, outcomes.rejected, outcomes.failed, outcomes.duplicates, outcomes.waiting, 0};
    for (std::size_t i = 0; i < records.size() && rest.all() != 0 && kept_count_ < kept_.size(); ++i) {
        const Record& record = records.record(i);
        if (record.outcome == Outcome::Booked) continue;
        if (record.outcome == Outcome::Waiting && !waiting_budget_.take(now)) continue;
        if (!budget_.take(now)) break;
        try {
            keep(record, records.id(i), record.has_details() ? &records.details(i) : nullptr);
        } catch (const std::exception&) {  // out of memory, or a record is damaged
            break;
        }
        Totals one{};
        add(one, record.outcome);
        rest.rejected -= one.rejected;
        rest.failed -= one.failed;
        rest.duplicates -= one.duplicates;
        rest.waiting -= one.waiting;
    }
    left_out_.rejected += rest.rejected;
    left_out_.failed += rest.failed;
    left_out_.duplicates += rest.duplicates;
    left_out_.waiting += rest.waiting;
}

void OutcomeLog::keep(const Record& record, std::string_view id, const Details* details) {
    Ended& ended = kept_[kept_count_];
    ended.outcome = record.outcome;
    ended.attempts = record.attempts;
    if (record.is_given_again()) ended.attempts = std::max<unsigned>(ended.attempts, record.attempt.failures);
    ended.id = printable(id);
    ended.reason = reason_of(record, details);
    ++kept_count_;
}

void OutcomeLog::tell(TimePoint now) noexcept {
    const std::size_t count = std::exchange(kept_count_, 0);
    for (std::size_t i = 0; i < count; ++i) tell_one(kept_[i]);
    if (left_out_.all() != 0 && !budget_.is_used_up(now)) tell_left_out();
}

void OutcomeLog::tell_one(const Ended& ended) const {
    const auto level = ended.outcome == Outcome::Failed ? LogLevel::Warning : LogLevel::Notice;
    if (!is_logged(level)) return;
    try {
        const std::string attempts =
            ended.attempts == 0 ? ", not run" : " after " + counted(ended.attempts, "attempt");
        log_event(level,
                  fmt::format("invoice {} {}{}{}{}", ended.id, word(ended.outcome), attempts,
                              ended.reason.empty() ? "" : ": ", ended.reason),
                  {{"event", "not-booked"},
                   {"name", name_},
                   {"id", ended.id},
                   {"status", std::string(word(ended.outcome))},
                   {"attempts", ended.attempts},
                   {"reason", ended.reason}});
    } catch (const std::exception&) {  // out of memory for the whole line
        log(level, "invoice {} {}", ended.id, word(ended.outcome));
    }
}

void OutcomeLog::tell_left_out() noexcept {
    const auto [booked, rejected, failed, duplicates, waiting, again] = std::exchange(left_out_, Totals{});
    const std::uint64_t all = rejected + failed + duplicates + waiting;
    log(failed != 0 ? LogLevel::Warning : LogLevel::Notice,
        "{} more invoice{} without a line: {} rejected, {} failed, {} waiting, {} duplicate; the ledger has "
        "them",
        all, all == 1 ? "" : "s", rejected, failed, waiting, duplicates);
}

}  // namespace pipeline
