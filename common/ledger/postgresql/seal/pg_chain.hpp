// SPDX-License-Identifier: Apache-2.0
// Appends links to the chains of commits (commit_link.hpp), within the caller's transaction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/commit_link.hpp"

namespace pipeline {

// For the first link of a generation's chain: returns the heads of all other chains that no chain has taken
// in since they grew, and marks them. Passes over chains that are being written in this moment, so that hosts
// do not wait for each other. Ends the round trip, and begins the next one.
[[nodiscard]] std::string take_in_others(PgConnection& database, std::uint64_t generation);

// Adds to the round trip the INSERT of a link with this number, whose head is `head`.
void send_commit(PgConnection& database, const SealedCommit& commit, std::uint64_t number,
                 std::string_view heads, const Digest& head);

}  // namespace pipeline
