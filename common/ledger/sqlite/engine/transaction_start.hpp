// SPDX-License-Identifier: Apache-2.0
// Begins transactions. SQLite may read the schema anew at any statement, if another connection has changed
// it, and reads the statistics with it. If the disk fails meanwhile, SQLite rolls the transaction back,
// reports no error, and runs the statement, and all later ones, without a transaction. So the schema is read
// here.
#pragma once

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

class TransactionStart {
  public:
    // `sql` is BEGIN or BEGIN IMMEDIATE. The connection must outlive this object.
    TransactionStart(SqliteConnection& database, const char* sql)
        : database_(&database),
          begin_(database, sql),
          look_(database, "SELECT 1 FROM sqlite_schema LIMIT 1") {}

    // Throws SqliteError; then the transaction may have begun.
    void run() {
        begin_.run();
        look_.run();
        database_->require_transaction();
    }

  private:
    SqliteConnection* database_;
    SqliteStatement begin_, look_;
};

}  // namespace pipeline
