// SPDX-License-Identifier: Apache-2.0
#include "common/ledger_schema.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "common/error.hpp"

namespace pipeline {
namespace {

// How long a call may wait for a lock: a flush leader must stay able to answer a signal.
constexpr std::chrono::milliseconds kLockWait{250};

// Measured with 1,000,000 rows in batches of 1,000:
// - invoices is a rowid table. WITHOUT ROWID it takes a quarter fewer rows a second with random ids (file
//   names), where each row then lands on a page of its own, and no more with ids that rise; the wide
//   rows of `ubl` would make that worse. And rowid order is the order of booking.
// - The check is written with OR: `status IN (three texts)` fills a temporary table for each statement
//   and halves the rate.
// - STRICT costs nothing that can be measured, and keeps other writers honest.
// acquired in sources counts the rows that invoices and duplicates have from that source. Numbers
// beyond 2^63 - 1 (inodes may be) are stored as the negative number of the same 64 bits.
constexpr const char* kSchema = R"sql(
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
static_assert(kLedgerSchemaVersion == 1, "kSchema writes the version as a number");

bool is_empty(SqliteConnection& database) {
    return database.query_text("SELECT count(*) FROM sqlite_schema") == "0";
}

// A property of the file. A database that is still empty becomes a file with a header here.
void use_write_ahead_log(SqliteConnection& database, const std::filesystem::path& path) {
    const auto mode = database.query_text("PRAGMA journal_mode = WAL");
    if (mode == "wal") return;
    throw Failure(ExitStatus::CannotCreate,
                  fmt::format("ledger {}: its file system cannot hold a write-ahead log (journal mode "
                              "stays {}); use a local file system",
                              path.string(), mode));
}

void create_schema(SqliteConnection& database, const std::filesystem::path& path) {
    use_write_ahead_log(database, path);
    // A kill before the COMMIT leaves an empty database, which the next opening fills.
    database.execute("BEGIN IMMEDIATE");
    if (is_empty(database)) database.execute(kSchema);  // else another process was faster
    database.execute("COMMIT");
}

void check_version(SqliteConnection& database, const std::filesystem::path& path) {
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

SqliteConnection open_ledger_database(const std::filesystem::path& path, bool create) {
    SqliteConnection database(path, create, kLockWait);
    if (create && is_empty(database)) create_schema(database, path);
    check_version(database, path);
    use_write_ahead_log(database, path);  // it may be a copy made by VACUUM INTO
    // Measured: larger pages gain nothing, and a larger cache only for random ids and only while the same
    // process leads each flush (another's commit empties it). A checkpoint at 4,000 pages (16 MB) stalls
    // its commit for about 20 ms and saves three quarters of the default's fsyncs. A log that a slow
    // reader has let grow is cut to 64 MiB when it is begun anew.
    database.execute(
        "PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 4000;"
        "PRAGMA journal_size_limit = 67108864");
    check_writable(database);
    return database;
}

}  // namespace pipeline
