// SPDX-License-Identifier: Apache-2.0
// The ledger's public format: the tables, their version, and how a database file becomes a ledger or is
// found not to be one. A foreign database is only read, never changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/sqlite_connection.hpp"

namespace pipeline {

inline constexpr std::int64_t kLedgerSchemaVersion = 1;

// Opens the ledger file at `path` for writing, ready for commits. With `create` a missing or empty one
// gets the schema; several processes may do so at once. Throws SqliteError (Busy: try again) or Failure
// (Configuration: the file is not a ledger, or of a newer version; CannotCreate: its file system cannot
// hold one).
[[nodiscard]] SqliteConnection open_ledger_database(const std::filesystem::path& path, bool create);

// Configuration: the file at `path` is a database, but not a ledger; `why` in a few words.
[[noreturn]] void fail_not_a_ledger(const std::filesystem::path& path, const std::string& why);

}  // namespace pipeline
