// SPDX-License-Identifier: Apache-2.0
// The chains of a ledger in PostgreSQL, for the check of their heads.
#pragma once

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/chain_check.hpp"

namespace pipeline {

// All functions may throw PgError.
class PgChainBooks final : public ChainBooks {
  public:
    // The connection must be in a snapshot, and outlive this object.
    explicit PgChainBooks(PgConnection& database) : database_(&database) {}

    void for_each_link(const std::function<void(const StoredLink&)>& take) override;
    [[nodiscard]] std::optional<Digest> head(std::uint64_t generation, std::uint64_t number) override;
    [[nodiscard]] std::string taken_in(std::uint64_t generation) override;
    [[nodiscard]] std::optional<std::uint64_t> recorded(std::uint64_t generation) override;
    void for_each_without_chain(const TakeCount& take) override;
    void for_each_taken(const TakeCount& take) override;

  private:
    void for_each_count(const char* sql, const TakeCount& take);

    PgConnection* database_;
};

}  // namespace pipeline
