// SPDX-License-Identifier: Apache-2.0
// Recomputes the digest of every outcome, and compares them with the digests of the commits.
#pragma once

#include <cstdint>

#include "common/ledger/seal/seal_faults.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Checks that each commit has exactly the rows that it wrote, with their values, and that each row belongs to
// a commit; also the rows in the table pruned, and that no id is booked twice. Returns how many rows there
// are.
//
// The rows of a commit lie in invoices next to each other, because one transaction has written them behind
// all others. Those that were replaced or pruned since are found by generation and number. So one pass over
// the table is enough, and the memory is that of the largest commit.
[[nodiscard]] std::uint64_t check_rows(SqliteConnection& database, SealFaults& faults);

}  // namespace pipeline
