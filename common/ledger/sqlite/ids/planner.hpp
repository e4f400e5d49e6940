// SPDX-License-Identifier: Apache-2.0
// Keeps SQLite, this one and anybody's, searching an id slice by slice (id_slices.hpp). Without a word about
// the index in its table sqlite_stat1, SQLite does not know that a slice has many rows, and looks for an id
// by reading all rows (https://www.sqlite.org/optoverview.html#skipscan). ANALYZE writes there what it finds,
// which in a small ledger is the same.
#pragma once

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Returns false if SQLite would read all rows.
[[nodiscard]] bool planner_knows_slices(SqliteConnection& database);

// Writes what the planner should know, within the caller's transaction.
void tell_planner(SqliteConnection& database);

}  // namespace pipeline
