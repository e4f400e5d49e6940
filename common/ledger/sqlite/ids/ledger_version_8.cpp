// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/ledger_version_8.hpp"

#include <fmt/format.h>

#include "common/ledger/sqlite/ids/id_slices.hpp"
#include "common/ledger/sqlite/ids/planner.hpp"

namespace pipeline {
namespace {

// The text never changes, like those in ledger_versions.cpp.
//
// readable_duplicates: an id in a subquery, because SQLite would read all rows for a join on it.
static_assert(kSliceShift == 15);
constexpr const char* kVersion8 = R"sql(
DROP INDEX invoices_id;
CREATE UNIQUE INDEX invoices_id ON invoices(serial >> 15, id);
CREATE TABLE id_filters(slice INTEGER PRIMARY KEY NOT NULL, digest BLOB NOT NULL, filter BLOB NOT NULL) STRICT;
DROP VIEW readable_duplicates;
CREATE VIEW readable_duplicates AS SELECT
    duplicates.id AS id, duplicates.source AS source, duplicates.position AS position,
    strftime('%Y-%m-%d %H:%M:%f', seen_at / 1000000.0, 'unixepoch') AS seen_at,
    invoices.status AS first_status, invoices.source AS first_source, invoices.position AS first_position,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS first_stored_at
FROM duplicates LEFT JOIN invoices
ON invoices.serial = (SELECT serial FROM invoices WHERE invoices.id = duplicates.id);
)sql";

}  // namespace

// A record does not hold its table's INTEGER PRIMARY KEY, which is the number of the row itself. So the rows
// that are there have it once the definition says so, as long as it comes last.
void slice_ids(SqliteConnection& database, std::string_view columns) {
    const std::size_t end = columns.rfind('\n');
    database.release_primary_key(
        "invoices",
        fmt::format("CREATE TABLE invoices(\n    id TEXT NOT NULL{},\n    serial INTEGER "
                    "PRIMARY KEY NOT NULL{}",
                    columns.substr(0, end), columns.substr(end)),
        "id", "invoices_id");
    database.execute(kVersion8);
    store_id_filters(database);
    tell_planner(database);
}

}  // namespace pipeline
