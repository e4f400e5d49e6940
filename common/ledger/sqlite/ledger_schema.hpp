// SPDX-License-Identifier: Apache-2.0
// Checks that a database file is a ledger: this program knows its version, every table and view is exactly as
// the pipeline makes it, and nothing foreign can change or refuse our writes. It only reads files.
//
// Users may add their own tables and views, and plain column indexes on the ledger's tables: these cost time
// and change nothing. A trigger, or a unique, expression or partial index could interfere.
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

// The schema version of an open ledger, 1 to kLedgerSchemaVersion. Throws Failure Configuration if it is
// newer, the file is not a ledger, or its schema is not the pipeline's.
[[nodiscard]] std::int64_t require_ledger_schema(SqliteConnection& database,
                                                 const std::filesystem::path& path);

// The ledger's id; 0 if its version has none.
[[nodiscard]] std::uint64_t ledger_id(SqliteConnection& database, std::int64_t version);

// The query for a generation's last commit in a ledger of version 2 or later, and its result.
[[nodiscard]] std::string find_last_commit_sql(std::int64_t version);
[[nodiscard]] LastCommit read_last_commit(SqliteStatement& find, std::uint64_t generation);

// Throws Failure Configuration: the file at `path` is a database, but not a ledger. `why` is a few words.
[[noreturn]] void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why);

}  // namespace pipeline
