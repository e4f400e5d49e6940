// SPDX-License-Identifier: Apache-2.0
// Checks the table pruned: what is left of rows that people have removed.
#pragma once

#include "common/ledger/seal/seal_faults.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Checks that each row was moved there by the commit that it names, as it is; and, over all tables, that no
// id is booked twice, that each outcome in history belongs to an id with a row, and that an id that was
// booked still is.
void check_pruned(SqliteConnection& database, SealFaults& faults);

}  // namespace pipeline
