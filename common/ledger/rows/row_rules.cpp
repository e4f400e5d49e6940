// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/rows/row_rules.hpp"

#include <algorithm>

namespace pipeline {
namespace {

bool is_spool(std::string_view source) noexcept {
    return source.starts_with("spool:");
}

}  // namespace

bool is_redelivery(const KnownRow& row, const Record& record, const CommitContext& context,
                   Status status) noexcept {
    if (record.is_given_again() || !row.is_same) return false;
    const bool is_put_back =
        is_spool(context.source) && (row.outcome == Outcome::Rejected || row.outcome == Outcome::Failed);
    const bool is_done_at_last = row.outcome == Outcome::Waiting && status == Status::Booked;
    const bool is_begun_anew =
        context.from_start && row.outcome != Outcome::Booked && row.generation != context.generation;
    return !is_put_back && !is_done_at_last && !is_begun_anew;
}

bool may_come_anew(const CommitContext& context) noexcept {
    return is_spool(context.source) || context.from_start;
}

bool is_duplicate(const KnownRow& row, const Record& record) noexcept {
    return row.outcome == Outcome::Booked && !record.is_given_again() && !row.is_same;
}

bool replaces(const KnownRow& row, const Record& record, const CommitContext& context,
              Status status) noexcept {
    if (status == Status::Booked) return true;
    if (record.is_given_again()) return record.attempt.round == row.round;
    return context.clock.at_us(record.acquired_ns) >= row.acquired_us;
}

Former former_of(const KnownRow& row, const Record& record) noexcept {
    if (record.is_given_again()) return {row.round, row.attempts, row.acquired_us};
    return {row.round + std::int64_t{1}, 0, 0};
}

Former own_round(const Record& record) noexcept {
    return {record.has_attempt() ? std::int64_t{record.attempt.round} : 0, 0, 0};
}

void PrunedAnswer::add(std::string_view status, bool is_same) {
    const bool was_booked = status == "booked";
    const bool was_duplicate = status == "duplicate";
    is_booked = is_booked || was_booked;
    if (!was_duplicate && status != "replaced" && outcome != Outcome::Booked) outcome = parse_outcome(status);
    if (!is_same) return;
    const Same kind = was_booked ? Same::Booked : was_duplicate ? Same::Duplicate : Same::Other;
    same = std::max(same, kind);
}

}  // namespace pipeline
