// SPDX-License-Identifier: Apache-2.0
// Turns an SQLite error into an error of the ledger, with one line that says what to do.
#pragma once

#include <filesystem>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Call it for a ledger in use. Throws LedgerUnavailable if the error may pass or an administrator may fix it,
// else Failure.
[[noreturn]] void fail_while_running(const std::filesystem::path& path, const SqliteError& error);

// Call it for a ledger that a program opens when it starts. Throws Failure.
[[noreturn]] void fail_to_open(const std::filesystem::path& path, const SqliteError& error);

}  // namespace pipeline
