// SPDX-License-Identifier: Apache-2.0
// What a database file must be to be a ledger: of a version that this program knows, with every table and
// view exactly as the pipeline makes them, and with nothing of others that could change or refuse what is
// written. Here files are only read.
//
// Somebody's own tables and views are none of the ledger's business, nor is an index of plain columns on one
// of its tables: it costs time and changes nothing. A trigger, a unique index, one of expressions or of a
// part of the rows could.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/ledger/last_commit.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_versions.hpp"

namespace pipeline {

// True of a file that is still nothing: to be made a ledger.
[[nodiscard]] bool is_empty_database(SqliteConnection& database);

// The schema's version that an open ledger has, 1 to kLedgerSchemaVersion. Throws Failure Configuration if
// it is newer, or the file is not a ledger, or not one as the pipeline makes it.
[[nodiscard]] std::int64_t require_ledger_schema(SqliteConnection& database,
                                                 const std::filesystem::path& path);

// The ledger's own name; 0 if it is of a version without.
[[nodiscard]] std::uint64_t ledger_id(SqliteConnection& database, std::int64_t version);

// A query that finds a generation's last commit in a ledger of version 2 or later, and its answer.
[[nodiscard]] std::string find_last_commit_sql(std::int64_t version);
[[nodiscard]] LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation);

// Configuration: the file at `path` is a database, but not a ledger; `why` in a few words.
[[noreturn]] void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why);

}  // namespace pipeline
