// SPDX-License-Identifier: Apache-2.0
// Writes records as rows of invoices and history, within the caller's transaction. Which table a record goes
// to, and what becomes of the row that its id has already, is decided in ledger_rows.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/digest.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/rows/row_values.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class LedgerRowWriter {
  public:
    // The number of rows that one INSERT writes if the records fill the same columns. Such an INSERT is 1.3
    // times as fast as one INSERT for each row; more rows gain nothing.
    static constexpr std::size_t kGroup = 32;

    // The connection must outlive this object.
    explicit LedgerRowWriter(SqliteConnection& database);

    // Call it at the beginning of each transaction.
    void begin(const CommitContext& context);
    // All three insert records into invoices, unless the slice of their serial numbers (id_slices.hpp) has
    // their ids, and return the number of rows that were inserted. insert_group() inserts kGroup records of
    // one form, which is not Full. insert_at() gives the row its serial number; otherwise SQLite does.
    std::int64_t insert_group(const RecordRange& records, std::size_t first, RowForm form);
    std::int64_t insert_one(const RecordRange& records, std::size_t i, const RowVerdict& verdict);
    std::int64_t insert_at(std::int64_t serial, const RecordRange& records, std::size_t i,
                           const Former& former, const RowVerdict& verdict);
    // Returns the digest (sealed_columns.hpp) that record `i`'s row has if one of these has inserted it.
    [[nodiscard]] const Digest& digest(const RecordRange& records, std::size_t i) const noexcept {
        return digests_[(records.first() + i) % kGroup];
    }
    // Inserts a row into history and returns its digest.
    Digest insert_into_history(const RecordRange& records, std::size_t i, const Former& former,
                               const RowVerdict& verdict);

    // As RowValues::stored_form().
    [[nodiscard]] std::string_view stored_form(std::string_view id) { return values_.stored_form(id); }

  private:
    // The INSERT statements of one form: of one row, and of kGroup rows.
    struct Inserts {
        SqliteStatement one;
        SqliteStatement group;
    };
    Digest run_full(SqliteStatement& insert, const RecordRange& records, std::size_t i, const Former& former,
                    const RowVerdict& verdict);

    SqliteConnection* database_;
    Inserts plain_, worked_;
    SqliteStatement insert_full_, insert_at_, insert_history_;
    RowValues values_;
    std::array<Digest, kGroup> digests_{};
};

}  // namespace pipeline
