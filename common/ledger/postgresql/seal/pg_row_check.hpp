// SPDX-License-Identifier: Apache-2.0
// Recomputes the digest of every outcome of a ledger in PostgreSQL, and compares them with the digests of the
// commits.
#pragma once

#include <cstdint>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/seal_faults.hpp"

namespace pipeline {

// Checks, within the caller's snapshot, that each commit has exactly the rows that it wrote, with their
// values, and that each row belongs to a commit. Returns how many rows there are.
//
// The server sorts the rows of all tables by generation and record, in its own temporary files. So one pass
// over them is enough, beside one over the links, and the memory does not grow with either.
[[nodiscard]] std::uint64_t check_pg_rows(PgConnection& database, SealFaults& faults);

}  // namespace pipeline
