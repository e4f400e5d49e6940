// SPDX-License-Identifier: Apache-2.0
// The rules by which a ledger decides about a record whose id it has already (docs/ledger.md has them as a
// table). They are the same for every kind of ledger; how a kind finds the rows is its own affair. The rules,
// in the order in which they are tried:
//
//   1. The id has no row: the record becomes its row. If the id was pruned, what is left of it counts as its
//      row in the next two rules.
//   2. The row has the record's source and position: the source has delivered the invoice again. Nothing
//      changes. Exceptions, for which 3 and 4 hold: a record that was given again; a file of a spool whose
//      row is rejected or failed, because somebody has put it back; a booked record whose row waits; an
//      invoice of a run with --from-start whose row is not booked and of an earlier generation.
//      So it is if the record's source and position are those of an outcome in history or duplicates, which
//      the row has replaced or refused (but not in a spool, nor with --from-start).
//   3. The row is booked, and stays. The record goes to history if it was given again or has the row's
//      position, else to duplicates.
//   4. The row is not booked. The record replaces it, and the row goes to history, if the record is booked,
//      if it was given again in the row's present round, or if the source has delivered it later than the
//      row. Otherwise the record goes to history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/record.hpp"
#include "common/ledger/ledger.hpp"

namespace pipeline {

// The values that the ledger decides about a record's row in invoices.
struct RowVerdict {
    Status status = Status::Booked;
    std::string repeats{};  // the id of the first row that has the same; empty: none
    std::string reason{};   // set if that changes the status: replaces the record's own reason
};

// The values that a new row takes over from the row that it replaces.
struct Former {
    std::int64_t round = 0;
    std::int64_t attempts = 0;
    std::int64_t acquired_us = 0;  // 0: the record's own time
};

// The row that an id has.
struct KnownRow {
    bool is_same = false;  // it has the record's source and position
    Outcome outcome = Outcome::Failed;
    std::optional<std::uint64_t> generation;  // none: written by a version that did not record it
    std::uint64_t record = 0;
    std::uint32_t round = 0;
    std::int64_t acquired_us = 0;
    std::int64_t attempts = 0;
};

// Rule 2, for the row of the id. `status` is the verdict on the record.
[[nodiscard]] bool is_redelivery(const KnownRow& row, const Record& record, const CommitContext& context,
                                 Status status) noexcept;
// Rule 2: false if a record with the source and position of an earlier outcome is that outcome again.
[[nodiscard]] bool may_come_anew(const CommitContext& context) noexcept;
// Rule 3: true if the record goes to duplicates; false if to history.
[[nodiscard]] bool is_duplicate(const KnownRow& row, const Record& record) noexcept;
// Rule 4, for a row that is not booked.
[[nodiscard]] bool replaces(const KnownRow& row, const Record& record, const CommitContext& context,
                            Status status) noexcept;
// Returns what the record that replaces `row` takes over from it. A fresh delivery begins a new round, so
// that what was given again before it and is still under way does not replace it.
[[nodiscard]] Former former_of(const KnownRow& row, const Record& record) noexcept;
// Returns the same for a record that goes to history itself.
[[nodiscard]] Former own_round(const Record& record) noexcept;

// The remains of an id whose rows were pruned, as a record from one source and position sees them.
struct PrunedAnswer {
    // The kind of row that was pruned from the source and position.
    enum class Same : std::uint8_t { None, Other, Duplicate, Booked };
    Same same = Same::None;
    bool is_booked = false;             // an invoice with the id was booked, from any position
    Outcome outcome = Outcome::Failed;  // the id's last outcome that was pruned; Booked if one was

    // Adds a row of the table pruned, in the order in which they were pruned.
    void add(std::string_view status, bool is_same);
};

}  // namespace pipeline
