// SPDX-License-Identifier: Apache-2.0
// Finds out whether an invoice repeats one that is booked under another id: the same seller and number, both
// an invoice or both a credit note; or the same bytes. Two indices answer that, for all rows that are not
// pruned.
#pragma once

#include <string_view>

#include "common/core/record.hpp"
#include "common/ledger/rows/row_rules.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/spec/same_number.hpp"

namespace pipeline {

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
