// SPDX-License-Identifier: Apache-2.0
// The table `bodies`: what came with invoices that are not booked. Its changes belong to the transaction that
// changes their rows.
#pragma once

#include <string_view>

#include "common/core/record.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class KeptBodies {
  public:
    // The connection must outlive this object.
    explicit KeptBodies(SqliteConnection& database);

    // Stores the body of record `i`, if it has one, for the row that the ledger stores as `id`.
    void keep(std::string_view id, const RecordRange& records, std::size_t i);
    void remove(std::string_view id);

  private:
    SqliteStatement insert_, remove_;
};

}  // namespace pipeline
