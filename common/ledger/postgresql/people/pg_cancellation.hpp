// SPDX-License-Identifier: Apache-2.0
// Cancels invoices within the caller's transaction. The old outcome goes to history, and the cancelled one is
// a result of kPeopleGeneration, sealed in that chain.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

class PgCancellation {
  public:
    // Begins with a transaction that has locked the chain, whose newest link is `last`.
    PgCancellation(PgConnection& database, std::optional<ChainHead> last);

    // Notes the row of invoices with this key, which the transaction has locked: it will be failed with this
    // reason, in a new round, and not due. At most once for each key.
    void add(std::string_view key, std::string_view reason);
    // Changes all rows that were noted, and adds the link for them. Returns the link; none if no row was
    // noted.
    [[nodiscard]] std::optional<ChainHead> finish();

  private:
    [[nodiscard]] Digest replace();
    void count();

    PgConnection* database_;
    std::optional<ChainHead> last_;
    std::uint64_t first_;  // the number of people's results before this transaction
    std::int64_t now_us_;
    PgArray keys_{PgArray::Type::Text};
    PgArray reasons_{PgArray::Type::Text};
    PgArray records_{PgArray::Type::Integer};
};

}  // namespace pipeline
