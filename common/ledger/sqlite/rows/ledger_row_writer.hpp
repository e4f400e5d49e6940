// SPDX-License-Identifier: Apache-2.0
// Writes records as rows of invoices and history, within the caller's transaction. Which table a record goes
// to, and what becomes of the row that its id has already, is decided in ledger_rows.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/engine/value_digest.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"
#include "common/ledger/sqlite/rows/repeats.hpp"

namespace pipeline {

class LedgerRowWriter {
  public:
    // The number of rows that one INSERT writes if the records fill the same columns. Such an INSERT is 1.3
    // times as fast as one INSERT for each row; more rows gain nothing.
    static constexpr std::size_t kGroup = 32;

    // The columns that a record fills: each form has an INSERT of its own.
    enum class Form : std::uint8_t {
        Plain,   // those of every row
        Worked,  // and when the attempt began, how long it took, and how the program ended
        Full,    // all
    };
    [[nodiscard]] static Form form_of(const Record& record) noexcept;

    // The values that a new row takes over from the row that it replaces.
    struct Former {
        std::int64_t round = 0;
        std::int64_t attempts = 0;
        std::int64_t acquired_us = 0;  // 0: the record's own time
    };

    // The connection must outlive this object.
    explicit LedgerRowWriter(SqliteConnection& database);

    // Call it at the beginning of each transaction.
    void begin(const CommitContext& context);
    // Both insert records into invoices, unless their ids have rows there, and return the number of rows that
    // were inserted. insert_group() inserts kGroup records of one form, which is not Full. digest() then
    // returns the digest (sealed_columns.hpp) that record `i`'s row has if it was inserted.
    std::int64_t insert_group(const RecordRange& records, std::size_t first, Form form);
    std::int64_t insert_one(const RecordRange& records, std::size_t i, const RowVerdict& verdict);
    [[nodiscard]] const Digest& digest(const RecordRange& records, std::size_t i) const noexcept {
        return digests_[(records.first() + i) % kGroup];
    }
    // Inserts a record whose id has no row in invoices any more. Both return the new row's digest.
    Digest insert_after(const RecordRange& records, std::size_t i, const Former& former,
                        const RowVerdict& verdict);
    Digest insert_into_history(const RecordRange& records, std::size_t i, const Former& former,
                               const RowVerdict& verdict);

    // Returns the id as the ledger stores it (ledger_id.hpp), valid until the next call with an id that is
    // not plain.
    [[nodiscard]] std::string_view stored_form(std::string_view id);

  private:
    // The INSERT statements of one form: of one row, and of kGroup rows.
    struct Inserts {
        SqliteStatement one;
        SqliteStatement group;
    };
    void bind_row(SqliteStatement& insert, std::size_t row, Form form, const RecordRange& records,
                  std::size_t i, const Former& former, Status status);
    void bind_full(SqliteStatement& insert, const RecordRange& records, std::size_t i, const Former& former,
                   const RowVerdict& verdict);
    void bind_details(SqliteStatement& insert, const Details* details, const RowVerdict& verdict);
    void bind_extra(SqliteStatement& insert, const Record& record, const ByteAreaView& bytes,
                    const RowVerdict& verdict);
    Digest run_full(SqliteStatement& insert, const RecordRange& records, std::size_t i, const Former& former,
                    const RowVerdict& verdict);
    // Binds a value that the row's digest covers.
    template <class Value>
    void put(SqliteStatement& insert, int parameter, std::uint8_t tag, Value value) {
        insert.bind(parameter, value);
        sealed_.add(tag, value);
    }
    void put_or_null(SqliteStatement& insert, int parameter, std::uint8_t tag, std::string_view text) {
        if (text.empty()) return insert.bind_null(parameter);
        put(insert, parameter, tag, text);
    }

    SqliteConnection* database_;
    Inserts plain_, worked_;
    SqliteStatement insert_full_, insert_history_;
    WallClock clock_;
    ValueDigest sealed_;  // the values of the row that is being bound
    std::array<Digest, kGroup> digests_{};
    std::string shown_output_;  // an output that is not UTF-8
    std::string shown_id_;      // stored_form() returns it for an id that is not plain
    // Holds the UTF-8 copies of bound texts that are not UTF-8 themselves.
    std::array<std::string, kDetailColumns.size()> copies_;
};

}  // namespace pipeline
