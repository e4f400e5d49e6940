// SPDX-License-Identifier: Apache-2.0
// The columns of kLedgerColumns in a ledger in PostgreSQL.
#pragma once

#include <cstddef>
#include <string>

#include "common/ledger/ledger_row.hpp"
#include "common/ledger/postgresql/engine/pg_result.hpp"

namespace pipeline {

// Returns the columns of invoices and of history, to follow SELECT; and those of duplicates, NULL in place of
// a column that it does not have, and when it was seen as stored_at.
[[nodiscard]] std::string pg_outcome_fields();
[[nodiscard]] std::string pg_duplicate_fields();

// Reads the fields from the first columns of a row that was selected so. The texts are valid as long as the
// result. Returns their length in bytes.
std::size_t read_pg_fields(const PgResult& result, int number, LedgerRow& row);

}  // namespace pipeline
