// SPDX-License-Identifier: Apache-2.0
// Checks the table pruned of a ledger in PostgreSQL: what is left of rows that people have removed.
#pragma once

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/ledger/seal/seal_faults.hpp"

namespace pipeline {

// Checks, within the caller's snapshot, that each row was moved there by the commit that it names, as it is;
// and, over all tables, that no id is booked twice, that each outcome in history belongs to an id with a row,
// and that an id that was booked still is.
void check_pg_pruned(PgConnection& database, SealFaults& faults);

}  // namespace pipeline
