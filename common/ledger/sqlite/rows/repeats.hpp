// SPDX-License-Identifier: Apache-2.0
// Finds out whether an invoice repeats one that is booked under another id: the same seller and number, both
// an invoice or both a credit note; or the same bytes. Two indices answer that, for all rows that are not
// pruned.
#pragma once

#include <string>
#include <string_view>

#include "common/core/record.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/spec/same_number.hpp"

namespace pipeline {

// The values that the ledger decides about a record's row in invoices.
struct RowVerdict {
    Status status = Status::Booked;
    std::string repeats{};  // the id of the first row that has the same; empty: none
    std::string reason{};   // set if that changes the status: replaces the record's own reason
};

class Repeats {
  public:
    // The connection must outlive this object.
    explicit Repeats(SqliteConnection& database);

    // Judges record `i`, whose id the ledger stores as `id`. Only a booked record that has terms can repeat
    // another one; every other record keeps its status.
    [[nodiscard]] RowVerdict judge(const RecordRange& records, std::size_t i, std::string_view id,
                                   SameNumber mode);

  private:
    SqliteStatement same_number_, same_file_;
};

}  // namespace pipeline
