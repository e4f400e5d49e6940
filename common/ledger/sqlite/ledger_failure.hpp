// SPDX-License-Identifier: Apache-2.0
// Translates an SQLite error for a pipeline into one line that says what to do.
#pragma once

#include <filesystem>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// For a ledger in use: throws LedgerUnavailable if time or an administrator may fix the error, else Failure.
[[noreturn]] void fail_while_running(const std::filesystem::path& path, const SqliteError& error);

// For a ledger opened at a start: throws Failure.
[[noreturn]] void fail_to_open(const std::filesystem::path& path, const SqliteError& error);

}  // namespace pipeline
