// SPDX-License-Identifier: Apache-2.0
// What an error of SQLite means to a pipeline, in one line that says what to do.
#pragma once

#include <filesystem>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Of a ledger that a running pipeline uses: LedgerUnavailable if time or somebody may mend it, else a
// Failure.
[[noreturn]] void fail_while_running(const std::filesystem::path& path, const SqliteError& error);

// Of opening it at a start: a Failure.
[[noreturn]] void fail_to_open(const std::filesystem::path& path, const SqliteError& error);

}  // namespace pipeline
