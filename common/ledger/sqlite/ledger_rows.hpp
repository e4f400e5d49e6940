// SPDX-License-Identifier: Apache-2.0
// Turns records into rows: an invoice for a new id, a duplicate for an id that another position has, nothing
// for a redelivery. Works within the caller's transaction.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/detail_columns.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class LedgerRows {
  public:
    // The connection must outlive this.
    explicit LedgerRows(SqliteConnection& database);

    // Inserts records [first, size) and sets their outcomes. Returns the number of rows it added to invoices
    // and duplicates.
    std::int64_t insert(const RecordRange& records, std::size_t first, const CommitContext& context);

  private:
    std::int64_t insert_group(const RecordRange& records, std::size_t first, const CommitContext& context);
    std::int64_t insert_one(const RecordRange& records, std::size_t i, const CommitContext& context);
    static void bind_row(SqliteStatement& insert, std::size_t row, const Record& record,
                         const CommitContext& context);
    void bind_details(const Details& details);
    Outcome find_outcome(const Record& record, const CommitContext& context);
    void add_duplicate(const Record& record, const CommitContext& context);

    SqliteConnection* database_;
    SqliteStatement insert_group_, insert_one_, insert_detailed_, find_, insert_duplicate_;
    std::int64_t added_ = 0;  // by the current call
    // Valid copies of texts being bound that were not UTF-8.
    std::array<std::string, kDetailColumns.size()> copies_;
};

}  // namespace pipeline
