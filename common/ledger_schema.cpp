// SPDX-License-Identifier: Apache-2.0
#include "common/ledger_schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include "common/error.hpp"
#include "common/fd.hpp"

namespace pipeline {
namespace {

// How long a call may wait for a lock: a flush leader must stay able to answer a signal.
constexpr std::chrono::milliseconds kLockWait{250};

// One text for each version of the schema: what it adds to the version before. A new file goes through all of
// them, so that a ledger is the same whichever version of this program made it. What a version says never
// changes; a change is a new version.
//
// Measured with 1,000,000 rows in batches of 1,000:
// - invoices is a rowid table. WITHOUT ROWID it takes a quarter fewer rows a second with random ids (file
//   names), where each row then lands on a page of its own, and no more with ids that rise; the wide
//   rows of `ubl` would make that worse. And rowid order is the order of booking.
// - The check is written with OR: `status IN (three texts)` fills a temporary table for each statement
//   and halves the rate.
// - STRICT costs nothing that can be measured, and keeps other writers honest.
// acquired in sources counts the rows that invoices and duplicates have from that source. Numbers
// beyond 2^63 - 1 (inodes may be) are stored as the negative number of the same 64 bits.
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

// generations: how much of what was acquired into one pair of segments this file holds. It is what the
// segments' own count of durable records is compared with, so that an older copy in the place of the ledger
// is noticed.
//
// The views are for people. Amounts are divided as integers, sign apart: -5 is '-0.05', and no amount is
// too large for it. A view costs nothing until it is read.
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

// schema: one row, the version and the ledger's own name, which the segments remember: a file with another
// name is another ledger. An older version of this program finds the version in the view and says that it is
// too old.
//
// generations: the records [last_first, recorded) were the last commit of the generation, and last_digest
// (SHA-256 in hexadecimal digits) says which ids and ring indices they had: what a killed flush leader's
// successor gives again must be these.
//
// sources: digest is that of everything before the cursor, file is the list's device, inode and birth time
// (file_identity.hpp); both only of lists.
//
// duplicates: positions are kept as they are; two ids may have had one after the other.
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

constexpr std::array kVersions{kVersion1, kVersion2, kVersion3};
static_assert(kVersions.size() == kLedgerSchemaVersion);

// A property of the file. A database that is still empty becomes a file with a header here.
void use_write_ahead_log(SqliteConnection& database, const std::filesystem::path& path) {
    const auto mode = database.query_text("PRAGMA journal_mode = WAL");
    if (mode == "wal") return;
    throw Failure(ExitStatus::CannotCreate,
                  fmt::format("ledger {}: its file system cannot hold a write-ahead log (journal mode "
                              "stays {}); use a local file system",
                              path.string(), mode));
}

// A file with a table schema_version may still be another program's: before it is changed, it must have what
// version 1 has. Preparing a statement looks its columns up.
void check_tables(SqliteConnection& database, const std::filesystem::path& path) {
    try {
        for (const auto* sql :
             {"INSERT INTO invoices(id, source, position, status, supplier, currency, net, tax, gross, due, "
              "reason,"
              " attempts, consumer, acquired_at, stored_at) VALUES(1,2,3,4,5,6,7,8,9,10,11,12,13,14,15)"
              " ON CONFLICT(id) DO NOTHING",
              "INSERT INTO duplicates(source, position, id, seen_at) VALUES(1,2,3,4)"
              " ON CONFLICT DO NOTHING",
              "INSERT INTO sources(source, cursor, acquired, updated_at) VALUES(1,2,3,4)"
              " ON CONFLICT(source) DO NOTHING"}) {
            const SqliteStatement prepared(database, sql);
        }
    } catch (const SqliteError& error) {
        if (error.kind() == SqliteError::Kind::Statement) fail_not_a_ledger(path, error.what());
        throw;
    }
}

// Takes the file from the version that it has (an empty one: none) to this program's, in one transaction: a
// kill leaves the one or the other. Several processes may do it at once; who comes second finds nothing to
// do.
void bring_up_to_date(SqliteConnection& database, const std::filesystem::path& path) {
    database.execute("BEGIN IMMEDIATE");
    const auto found = is_empty_database(database) ? 0 : ledger_schema_version(database, path);
    for (auto version = static_cast<std::size_t>(found); version < kVersions.size(); ++version)
        database.execute(kVersions[version]);
    database.execute("COMMIT");
}

// Makes the names of the file and of its log durable. SQLite does that once, with the first sync of a log, on
// behalf of the process that made it: was that one killed before, nobody does, and a power cut could take the
// log away with all that was committed into it since. The log is there once the file has been read.
void sync_folder(const std::filesystem::path& path) {
    const auto folder = database_file(path).parent_path();
    const UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return;  // it may be used but not be read: then this is left to the file system
    if (::fsync(fd.get()) == 0 || errno == EINVAL) return;
    throw SqliteError(SqliteError::Kind::InputOutput,
                      fmt::format("fsync of the directory {}: {}", folder.string(), error_text(errno)));
}

// Throws if nothing can be written. That someone else is writing just now proves that one can. In a file that
// was opened for reading alone BEGIN IMMEDIATE begins a transaction that only reads.
void check_writable(SqliteConnection& database) {
    if (database.is_read_only()) {
        throw SqliteError(SqliteError::Kind::ReadOnly, "it can only be read");
    }
    try {
        database.execute("BEGIN IMMEDIATE; ROLLBACK");
    } catch (const SqliteError& error) {
        if (error.kind() != SqliteError::Kind::Busy) throw;
    }
}

}  // namespace

void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why) {
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: the file is a database but not a ledger ({}); name another file",
                              path.string(), why));
}

bool is_empty_database(SqliteConnection& database) {
    return database.query_text("SELECT count(*) FROM sqlite_schema") == "0";
}

std::int64_t ledger_schema_version(SqliteConnection& database, const std::filesystem::path& path) {
    std::int64_t rows = 0;
    std::int64_t version = 0;
    try {
        SqliteStatement statement(database, "SELECT count(version), max(version) FROM schema_version");
        if (statement.first_row()) {
            rows = statement.integer(0);
            version = statement.integer(1);
            statement.finish();
        }
    } catch (const SqliteError& error) {
        if (error.kind() == SqliteError::Kind::Statement) fail_not_a_ledger(path, error.what());
        throw;
    }
    if (rows != 1 || version < 1) fail_not_a_ledger(path, "schema_version does not hold one version");
    if (version > kLedgerSchemaVersion) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("ledger {}: written by a newer version of this program (its schema is {}, "
                                  "this one knows {}); use that version, or name another file",
                                  path.string(), version, kLedgerSchemaVersion));
    }
    return version;
}

std::uint64_t ledger_id(SqliteConnection& database) {
    const std::string text = database.query_text("SELECT ledger FROM schema");
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id, 16);
    if (error != std::errc{} || end != text.data() + text.size() || id == 0)
        throw SqliteError(SqliteError::Kind::Statement, "its table schema does not give it a name");
    return id;
}

std::string find_last_commit_sql(std::int64_t version) {
    return fmt::format("SELECT recorded, {} FROM generations WHERE generation = ?1",
                       version < 3 ? "NULL, NULL" : "last_first, last_digest");
}

LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation) {
    find.bind(1, static_cast<std::int64_t>(generation));
    LastCommit last;
    if (find.first_row()) {
        last.recorded = static_cast<std::uint64_t>(find.integer(0));
        if (!find.is_null(1)) last.first = static_cast<std::uint64_t>(find.integer(1));
        last.digest = find.text(2);
    }
    find.finish();
    return last;
}

SqliteConnection open_ledger_database(const std::filesystem::path& path, bool create) {
    SqliteConnection database(path, create, kLockWait);
    std::int64_t version = 0;
    if (!create || !is_empty_database(database)) {
        version = ledger_schema_version(database, path);
        check_tables(database, path);
    }
    use_write_ahead_log(database, path);  // a copy made by VACUUM INTO has none
    if (version < kLedgerSchemaVersion) bring_up_to_date(database, path);
    // Measured: larger pages gain nothing, and a larger cache only for random ids and only while the same
    // process leads each flush (another's commit empties it). A checkpoint at 4,000 pages (16 MB) stalls
    // its commit for about 20 ms and saves three quarters of the default's fsyncs. A log that a slow
    // reader has let grow is cut to 64 MiB when it is begun anew.
    database.execute(
        "PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864");
    check_writable(database);
    sync_folder(path);
    return database;
}

}  // namespace pipeline
