// SPDX-License-Identifier: Apache-2.0
// Turns records into rows, within the caller's transaction, and decides the outcome of each record by the
// rules (row_rules.hpp).
//
// Version 0.1.0 may have written a row under another form of the id (ledger_id.hpp): it counts as rule 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/seal/value_digest.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
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

    // Loads within the caller's snapshot what insert() would load.
    void load() {
        ids_.begin();
        ids_.load();
    }
    // Writes records [first, size) and sets their outcomes. Returns the number of rows that it has added to
    // invoices, history and duplicates together. sealed() then covers these rows, in the order of the
    // records.
    std::int64_t insert(const RecordRange& records, std::size_t first, const CommitContext& context);
    [[nodiscard]] RowsDigest& sealed() noexcept { return sealed_; }

  private:
    struct FoundRow : KnownRow {
        std::int64_t serial = 0;
    };
    [[nodiscard]] std::size_t group_at(const RecordRange& records, std::size_t first);
    std::int64_t insert_new(const RecordRange& records, std::size_t i);
    void insert_after(const RecordRange& records, std::size_t i, const Former& former);
    Outcome decide(const RecordRange& records, std::size_t i, const CommitContext& context);
    Outcome add_new(const RecordRange& records, std::size_t i, const CommitContext& context);
    [[nodiscard]] std::optional<FoundRow> find(std::string_view stored_id, const Record& record,
                                               const CommitContext& context);
    [[nodiscard]] std::optional<Outcome> find_earlier(const KnownRow& row, const RecordRange& records,
                                                      std::size_t i, const CommitContext& context);
    [[nodiscard]] bool has(SqliteStatement& find, std::string_view id, const Record& record,
                           const CommitContext& context);
    void replace(const FoundRow& row, const RecordRange& records, std::size_t i);
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
    IdSlices ids_;
    PrunedIds pruned_;
    KeptBodies bodies_;
    SqliteStatement find_, keep_former_, remove_, find_in_history_, find_duplicate_, insert_duplicate_;
    ValueDigest duplicate_values_;
    RowsDigest sealed_;
    std::size_t known_ = 0;   // the record that group_at() has found to be known
    std::int64_t added_ = 0;  // the rows that the current call of insert() has added
};

}  // namespace pipeline
