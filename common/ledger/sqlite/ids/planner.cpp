// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/planner.hpp"

#include <string>
#include <string_view>

namespace pipeline {

bool planner_knows_slices(SqliteConnection& database) {
    SqliteStatement plan(database, "EXPLAIN QUERY PLAN SELECT * FROM invoices WHERE id = 'x'");
    const bool is_search = plan.first_row() && plan.text(3).find("SEARCH") != std::string_view::npos;
    plan.finish();
    return is_search;
}

// ANALYZE of sqlite_schema makes the table, and has SQLite read it again. It analyzes nothing.
void tell_planner(SqliteConnection& database) {
    const bool in_transaction = database.in_transaction();
    database.execute(
        "ANALYZE sqlite_schema;"
        "DELETE FROM sqlite_stat1 WHERE tbl = 'invoices' AND idx = 'invoices_id';"
        "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES('invoices', 'invoices_id', '16777216 32768 1');"
        "ANALYZE sqlite_schema;");
    // SQLite hides an error that it meets while it reads statistics, but rolls back.
    if (in_transaction) database.require_transaction();
}

}  // namespace pipeline
