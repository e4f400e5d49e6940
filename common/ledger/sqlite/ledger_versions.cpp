// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_versions.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "common/ledger/sqlite/ids/ledger_version_8.hpp"
#include "common/ledger/sqlite/rows/ledger_version_4.hpp"
#include "common/ledger/sqlite/rows/ledger_version_7.hpp"
#include "common/ledger/sqlite/seal/ledger_version_6.hpp"

namespace pipeline {
namespace {

// Each schema version has an SQL text, which turns the previous version into it. A new file goes through all
// versions, so that a ledger is the same whichever version of this program has made it. An SQL text never
// changes: each change of the schema is a new version. From version 9 on, detail_columns.hpp adds columns of
// details, and there is no SQL text.
//
// Measured with 1,000,000 rows in batches of 1,000:
// - invoices is a rowid table, and rowid order is the order of the commits. A table WITHOUT ROWID is a
//   quarter slower with random ids (file names), because each row lands on a page of its own. It is no faster
//   with rising ids. The wide rows of `ubl` would make it even slower.
// - The check of status uses OR. `status IN (three texts)` fills a temporary table for each statement, and
//   halves the rate.
// - STRICT has no measurable cost. It keeps other programs from storing values of a wrong type.
//
// sources.acquired counts the source's rows in invoices and duplicates. Numbers beyond 2^63 - 1 (possible
// for inodes) are stored as the negative number with the same 64 bits.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE invoices(
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL CHECK(status = 'booked' OR status = 'rejected' OR status = 'failed'),
    supplier TEXT,
    currency TEXT,
    net INTEGER,
    tax INTEGER,
    gross INTEGER,
    due INTEGER,
    reason TEXT,
    attempts INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    acquired_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position)
) STRICT;
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO schema_version(version) VALUES(1);
)sql";

// generations: the number of records of each generation that this file has. The pipeline compares this number
// with the segments' own count of durable records, and so notices an older copy in the ledger's place.
//
// The views are for people. They show an amount, stored in hundredths, as a decimal number: -5 as '-0.05'.
// They compute with integers, so that every amount is exact. A view costs nothing until somebody reads it.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE generations(
    generation INTEGER PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    added INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE VIEW readable_invoices AS SELECT
    id, status, supplier, currency,
    CASE WHEN net NOT NULL THEN
        printf('%s%d.%02d', iif(net < 0, '-', ''), abs(net / 100), abs(net % 100)) END AS net,
    CASE WHEN tax NOT NULL THEN
        printf('%s%d.%02d', iif(tax < 0, '-', ''), abs(tax / 100), abs(tax % 100)) END AS tax,
    CASE WHEN gross NOT NULL THEN
        printf('%s%d.%02d', iif(gross < 0, '-', ''), abs(gross / 100), abs(gross % 100)) END AS gross,
    CASE WHEN due NOT NULL THEN
        printf('%s%d.%02d', iif(due < 0, '-', ''), abs(due / 100), abs(due % 100)) END AS due,
    reason, attempts, consumer, source, position,
    strftime('%Y-%m-%d %H:%M:%f', acquired_at / 1000000.0, 'unixepoch') AS acquired_at,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS stored_at,
    printf('%.6f', (stored_at - acquired_at) / 1000000.0) AS seconds
FROM invoices;
CREATE VIEW readable_duplicates AS SELECT
    duplicates.id AS id, duplicates.source AS source, duplicates.position AS position,
    strftime('%Y-%m-%d %H:%M:%f', seen_at / 1000000.0, 'unixepoch') AS seen_at,
    invoices.status AS first_status, invoices.source AS first_source, invoices.position AS first_position,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS first_stored_at
FROM duplicates LEFT JOIN invoices ON invoices.id = duplicates.id;
CREATE VIEW readable_sources AS SELECT
    source, cursor, acquired,
    strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000000.0, 'unixepoch') AS updated_at
FROM sources;
CREATE VIEW readable_generations AS SELECT
    printf('%016x', generation) AS generation, source, recorded, added, recorded - added AS given_again,
    strftime('%Y-%m-%d %H:%M:%f', began_at / 1000000.0, 'unixepoch') AS began_at,
    strftime('%Y-%m-%d %H:%M:%f', updated_at / 1000000.0, 'unixepoch') AS updated_at
FROM generations;
UPDATE schema_version SET version = 2;
)sql";

// schema: one row with the version and the ledger's id. The segments remember the id: a file with another id
// is another ledger. An older version of this program finds the version in the view schema_version, and
// reports that the program is too old.
//
// generations: the generation's last commit wrote records [last_first, recorded). last_digest (SHA-256 in
// hexadecimal digits) covers their ids and ring indices: the successor of a killed flush leader must commit
// exactly these again.
//
// sources: digest covers everything before the cursor; file is the list's device, inode and birth time
// (file_identity.hpp). Both are set for lists only.
//
// duplicates: the key now includes the id, because one position may have had two ids, one after the other.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE schema(version INTEGER NOT NULL, ledger TEXT NOT NULL) STRICT;
INSERT INTO schema(version, ledger) VALUES(3, lower(hex(randomblob(8))));
DROP TABLE schema_version;
CREATE VIEW schema_version AS SELECT version FROM schema;
ALTER TABLE generations ADD COLUMN last_first INTEGER;
ALTER TABLE generations ADD COLUMN last_digest TEXT;
ALTER TABLE sources ADD COLUMN digest TEXT;
ALTER TABLE sources ADD COLUMN file TEXT;
DROP VIEW readable_duplicates;
ALTER TABLE duplicates RENAME TO old_duplicates;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position, id)
) STRICT;
INSERT INTO duplicates SELECT source, position, id, seen_at FROM old_duplicates ORDER BY rowid;
DROP TABLE old_duplicates;
CREATE VIEW readable_duplicates AS SELECT
    duplicates.id AS id, duplicates.source AS source, duplicates.position AS position,
    strftime('%Y-%m-%d %H:%M:%f', seen_at / 1000000.0, 'unixepoch') AS seen_at,
    invoices.status AS first_status, invoices.source AS first_source, invoices.position AS first_position,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS first_stored_at
FROM duplicates LEFT JOIN invoices ON invoices.id = duplicates.id;
)sql";

// joblog: the attempts of programs, with the columns of the job log of GNU parallel (its manual, --joblog).
// An attempt without an exit status was ended for its time, or its program answers and goes on.
constexpr const char* kVersion5 = R"sql(
CREATE VIEW joblog AS SELECT
    position AS Seq, coalesce(host, ':') AS Host,
    printf('%.3f', started_at / 1000000.0) AS Starttime, printf('%.3f', worked_us / 1000000.0) AS JobRuntime,
    0 AS Send, coalesce(length(CAST(output AS BLOB)), 0) AS Receive,
    CASE WHEN exit_status >= 0 THEN exit_status WHEN exit_status < 0 OR status = 'booked' THEN 0
        ELSE -1 END AS Exitval,
    CASE WHEN exit_status < 0 THEN -exit_status ELSE 0 END AS Signal,
    id AS Command
FROM (SELECT id, status, position, started_at, worked_us, exit_status, output, generation FROM history
    UNION ALL
    SELECT id, status, position, started_at, worked_us, exit_status, output, generation FROM invoices)
LEFT JOIN generations USING (generation)
WHERE started_at NOT NULL;
)sql";

constexpr std::array kVersions{kVersion1, kVersion2, kVersion3};
static_assert(kVersions.size() + 5 == kLastWrittenVersion);

// Returns the CREATE statement of version 4 for invoices or history, which differ in their key only.
std::string create_4_sql(std::string_view table, std::string_view key) {
    return fmt::format("CREATE TABLE {}(\n    id TEXT {}NOT NULL{}", table, key, kColumns4);
}

std::string version_4_sql() {
    return fmt::format("{};{}{}{}{}", create_4_sql("history", ""), kTables4,
                       readable_sql("readable_invoices", "invoices", kDetailColumns, 4),
                       readable_sql("readable_history", "history", kDetailColumns, 4), kNotBooked4);
}

std::string sql_of(std::int64_t version) {
    if (version <= std::int64_t{kVersions.size()}) return kVersions[static_cast<std::size_t>(version - 1)];
    const std::string sql = version == 4   ? version_4_sql()
                            : version == 5 ? std::string(kVersion5)
                            : version == 6 ? std::string(kVersion6)
                            : version == 7 ? version_7_sql()
                            : version == 8 ? std::string()
                                           : add_columns_sql(kDetailColumns, version);
    return sql + fmt::format("UPDATE schema SET version = {};", version);
}

}  // namespace

void make_ledger_schema(SqliteConnection& database, std::int64_t from, std::int64_t to) {
    const bool in_transaction = database.in_transaction();
    for (auto version = from + 1; version <= to; ++version) {
        // ALTER TABLE cannot change the check of `status`, and would read all rows for each column that it
        // adds to a table with a check. So version 4 exchanges the table's definition and copies no row.
        if (version == 4) database.redefine_table("invoices", create_4_sql("invoices", "PRIMARY KEY "));
        if (version == 8) slice_ids(database, kColumns4);
        // SQLite hides an error that it meets while it reads the schema or statistics again, but rolls back.
        if (in_transaction) database.require_transaction();
        database.execute(sql_of(version).c_str());
        // The seal covers the amounts, so they are converted first, although version 7 needs it.
        if (version == 6 && from != 0) {
            convert_amounts(database);
            seal_rows_of_before(database);
        }
    }
}

}  // namespace pipeline
