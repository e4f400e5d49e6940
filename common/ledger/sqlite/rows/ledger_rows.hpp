// SPDX-License-Identifier: Apache-2.0
// Turns records into rows, within the caller's transaction, and decides the outcome of each record. The
// rules, in the order in which they are tried (docs/ledger.md has them as a table):
//
//   1. The id has no row: the record becomes its row. If the id was pruned (pruned_ids.hpp), what is left of
//   it
//      counts as its row in the next two rules.
//   2. The row has the record's source and position: the source has delivered the invoice again. Nothing
//      changes. Exceptions, for which 3 and 4 hold: a record that was given again; a file of a spool whose
//      row is rejected or failed, because somebody has put it back; a booked record whose row waits; an
//      invoice of a run with --from-start whose row is not booked and of an earlier generation.
//      So it is if the record's source and position are those of an outcome in history or duplicates, which
//      the row has replaced or refused (but not in a spool, nor with --from-start).
//   3. The row is booked, and stays. The record goes to history if it was given again or has the row's
//      position, else to duplicates.
//   4. The row is not booked. The record replaces it, and the row goes to history, if the record is booked,
//   if
//      it was given again in the row's present round, or if the source has delivered it later than the row.
//      Otherwise the record goes to history.
//
// Version 0.1.0 may have written a row under another form of the id (ledger_id.hpp): it counts as rule 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/value_digest.hpp"
#include "common/ledger/sqlite/rows/kept_bodies.hpp"
#include "common/ledger/sqlite/rows/ledger_row_writer.hpp"
#include "common/ledger/sqlite/rows/pruned_ids.hpp"
#include "common/ledger/sqlite/rows/repeats.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {

class LedgerRows {
  public:
    // The connection must outlive this object.
    explicit LedgerRows(SqliteConnection& database);

    // Writes records [first, size) and sets their outcomes. Returns the number of rows that it has added to
    // invoices, history and duplicates together. sealed() then covers these rows, in the order of the
    // records.
    std::int64_t insert(const RecordRange& records, std::size_t first, const CommitContext& context);
    [[nodiscard]] RowsDigest& sealed() noexcept { return sealed_; }

  private:
    // The row that an id has.
    struct Row {
        bool is_same;  // it has the record's source and position
        Outcome outcome;
        std::optional<std::uint64_t> generation;  // none: written by an earlier version of this program
        std::uint64_t record;
        std::uint32_t round;
        std::int64_t acquired_us;
        std::int64_t attempts;
    };
    [[nodiscard]] std::size_t group_at(const RecordRange& records, std::size_t first);
    Outcome decide(const RecordRange& records, std::size_t i, const CommitContext& context);
    Outcome add_new(const RecordRange& records, std::size_t i, const CommitContext& context);
    [[nodiscard]] std::optional<Row> find(std::string_view stored_id, const Record& record,
                                          const CommitContext& context);
    [[nodiscard]] bool is_redelivery(const Row& row, const Record& record,
                                     const CommitContext& context) const noexcept;
    [[nodiscard]] std::optional<Outcome> find_earlier(const Row& row, const RecordRange& records,
                                                      std::size_t i, const CommitContext& context);
    [[nodiscard]] bool has(SqliteStatement& find, std::string_view id, const Record& record,
                           const CommitContext& context);
    [[nodiscard]] bool replaces(const Row& row, const Record& record, const CommitContext& context) const;
    void replace(const Row& row, const RecordRange& records, std::size_t i);
    // The record's row is new.
    void keep_body(const RecordRange& records, std::size_t i) {
        if (verdict_.status != Status::Booked) bodies_.keep(writer_.stored_form(records.id(i)), records, i);
    }
    std::optional<Outcome> find_pruned(const RecordRange& records, std::size_t i,
                                       const CommitContext& context);
    std::optional<Outcome> find_former(const RecordRange& records, std::size_t i,
                                       const CommitContext& context);
    void add_duplicate(const RecordRange& records, std::size_t i, const CommitContext& context);

    SqliteConnection* database_;
    LedgerRowWriter writer_;
    Repeats repeats_;
    RowVerdict verdict_;  // of the record that is being inserted
    PrunedIds pruned_;
    KeptBodies bodies_;
    SqliteStatement find_, keep_former_, remove_, find_in_history_, find_duplicate_, insert_duplicate_;
    ValueDigest duplicate_values_;
    RowsDigest sealed_;
    std::int64_t added_ = 0;  // the rows that the current call of insert() has added
};

}  // namespace pipeline
