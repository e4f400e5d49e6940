// SPDX-License-Identifier: Apache-2.0
// The ledger's public format: the tables and views, their version, and how a database file becomes a ledger,
// is brought from an older version to this one, or is found not to be one. A foreign database is only read,
// never changed. docs/ledger.md says what each column means.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/last_commit.hpp"
#include "common/sqlite_connection.hpp"

namespace pipeline {

inline constexpr std::int64_t kLedgerSchemaVersion = 3;

// Opens the ledger file at `path` for writing, ready for commits. With `create` a missing or empty one
// gets the schema; one of an older version is brought up to date in any case. Several processes may do so
// at once. Throws SqliteError (Busy: try again) or Failure
// (Configuration: the file is not a ledger, or of a newer version; CannotCreate: its file system cannot
// hold one).
[[nodiscard]] SqliteConnection open_ledger_database(const std::filesystem::path& path, bool create);

// True of a file that is still nothing: to be made a ledger.
[[nodiscard]] bool is_empty_database(SqliteConnection& database);

// The schema's version that an open ledger has, 1 to kLedgerSchemaVersion. Throws Failure Configuration if
// it is newer, or the file is not a ledger.
[[nodiscard]] std::int64_t ledger_schema_version(SqliteConnection& database,
                                                 const std::filesystem::path& path);

// The ledger's own name, of one that has version 3 or later.
[[nodiscard]] std::uint64_t ledger_id(SqliteConnection& database);

// A query of version 2 or later that finds a generation's last commit, and its answer.
[[nodiscard]] std::string find_last_commit_sql(std::int64_t version);
[[nodiscard]] LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation);

// Configuration: the file at `path` is a database, but not a ledger; `why` in a few words.
[[noreturn]] void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why);

}  // namespace pipeline
