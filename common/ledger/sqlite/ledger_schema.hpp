// SPDX-License-Identifier: Apache-2.0
// Checks that a database file is a ledger: this program knows its version, every table and view is exactly as
// the pipeline makes it, and no foreign object in it can change or refuse our writes. The checks only read
// the file.
//
// Users may add their own tables and views, and plain indexes on columns of the ledger's tables: these cost
// time but change nothing. Triggers, and unique, partial or expression indexes, could interfere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/ledger/last_commit.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"

namespace pipeline {

// True for an empty file, which can become a ledger.
[[nodiscard]] bool is_empty_database(SqliteConnection& database);

// Returns the schema version of an open ledger, 1 to kLedgerSchemaVersion. Throws Failure Configuration if
// the version is newer, the file is not a ledger, or its schema is not the pipeline's.
[[nodiscard]] std::int64_t require_ledger_schema(SqliteConnection& database,
                                                 const std::filesystem::path& path);

// Checks, before a ledger of `version` is upgraded, that no table, view or index of the user's has a name
// that this program's version needs. Throws Failure Configuration if one has.
void require_free_names(SqliteConnection& database, const std::filesystem::path& path, std::int64_t version);

// Returns the ledger's id; 0 if its version has none.
[[nodiscard]] std::uint64_t ledger_id(SqliteConnection& database, std::int64_t version);

// find_last_commit_sql() returns the query for a generation's last commit in a ledger of version 2 or later.
// read_last_commit() runs that query; if there is no row, it returns a commit of zero records.
[[nodiscard]] std::string find_last_commit_sql(std::int64_t version);
[[nodiscard]] LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation);

// Throws Failure Configuration, whose text says that the file at `path` is a database but not a ledger. `why`
// is the reason in a few words.
[[noreturn]] void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why);

}  // namespace pipeline
