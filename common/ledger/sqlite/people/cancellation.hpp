// SPDX-License-Identifier: Apache-2.0
// Cancels invoices within the caller's transaction. The old outcome goes to history, and the cancelled one is
// a result of kPeopleGeneration, sealed in that chain.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/seal/commit_chain.hpp"

namespace pipeline {

class Cancellation {
  public:
    // The connection must outlive this object.
    explicit Cancellation(SqliteConnection& database);

    // Call it at the beginning of each transaction.
    void begin();
    // Makes the row `rowid` of invoices failed with this reason, in a new round, and not due.
    void cancel(std::int64_t rowid, std::string_view reason);
    // Adds the link for what this transaction has cancelled, if that is anything.
    void seal();

  private:
    SqliteConnection* database_;
    SqliteStatement keep_, remove_, add_, count_;
    IdSlices ids_;
    std::uint64_t first_ = 0;  // the number of people's results before this transaction
    std::int64_t now_us_ = 0;
    RowsDigest sealed_;
};

}  // namespace pipeline
