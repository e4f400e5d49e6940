// SPDX-License-Identifier: Apache-2.0
// Turns records into rows, within the caller's transaction. A record with a new id adds a row to invoices. A
// record whose id has a row of another position adds a row to duplicates. A record that has its row already
// adds none, even if version 0.1.0 wrote that row under another form of the id (ledger_id.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/detail_columns.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class LedgerRows {
  public:
    // The connection must outlive this object.
    explicit LedgerRows(SqliteConnection& database);

    // Inserts records [first, size) and sets their outcomes. Returns the number of rows that it has added to
    // invoices and duplicates.
    std::int64_t insert(const RecordRange& records, std::size_t first, const CommitContext& context);

  private:
    std::int64_t insert_group(const RecordRange& records, std::size_t first, const CommitContext& context);
    std::int64_t insert_one(const RecordRange& records, std::size_t i, const CommitContext& context);
    void bind_row(SqliteStatement& insert, std::size_t row, const RecordRange& records, std::size_t i,
                  const CommitContext& context);
    void bind_details(const Details* details);
    void bind_extra(const Record& record, const ByteAreaView& bytes);
    std::string_view stored_form(std::string_view id);
    Outcome find_outcome(const RecordRange& records, std::size_t i, const CommitContext& context);
    std::optional<Outcome> find_former(const RecordRange& records, std::size_t i,
                                       const CommitContext& context);
    void add_duplicate(const RecordRange& records, std::size_t i, const CommitContext& context);

    SqliteConnection* database_;
    SqliteStatement insert_group_, insert_one_, insert_detailed_, find_, find_duplicate_, insert_duplicate_;
    std::int64_t added_ = 0;    // the rows that the current call of insert() has added
    std::string shown_output_;  // an output that is not UTF-8
    std::string shown_id_;      // stored_form() returns it for an id that is not plain
    // Holds the UTF-8 copies of bound texts that are not UTF-8 themselves.
    std::array<std::string, kDetailColumns.size()> copies_;
};

}  // namespace pipeline
