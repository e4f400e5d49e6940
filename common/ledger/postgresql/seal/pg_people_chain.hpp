// SPDX-License-Identifier: Apache-2.0
// The chain of people's decisions in a ledger in PostgreSQL, and the heads of all chains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

// A chain's newest link, which no other chain has taken in.
struct PgOpenHead {
    ChainHead head;
    std::string source;  // of the generation
};

// Returns these heads of all chains, in order of their time: together they stand for everything in the
// ledger.
[[nodiscard]] std::vector<PgOpenHead> open_pg_heads(PgConnection& database);

// Locks the chain of people's decisions until the transaction ends, and returns its newest link; none if it
// has none. Lock it before any row of invoices.
[[nodiscard]] std::optional<ChainHead> lock_pg_people_chain(PgConnection& database);

// Appends a link to that chain, which the transaction has locked. `last` is its newest link.
ChainHead append_to_pg_people_chain(PgConnection& database, const SealedCommit& commit,
                                    const std::optional<ChainHead>& last);

}  // namespace pipeline
