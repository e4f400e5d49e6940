// SPDX-License-Identifier: Apache-2.0
// Turns a file into an open ledger: examines the file, opens it without following links, reads it, and checks
// that it is the expected ledger. Nothing in the file changes before that check has passed.
#pragma once

#include <filesystem>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

struct OpenLedger {
    SqliteConnection database;
    LedgerLook look;  // the files that were opened
};

// Opens the ledger file at `path` for writing, ready for commits. With `create`, turns a missing or empty
// file into a ledger. Always upgrades an older version. Several processes may call this at once. Throws
// SqliteError (Busy: try again), WrongLedger (the file is not the known ledger) or Failure (Configuration:
// the file is not a ledger, has a newer version or must not be opened; CannotCreate: the path is a directory,
// or its file system cannot hold a ledger).
[[nodiscard]] OpenLedger open_ledger_database(const std::filesystem::path& path, bool create,
                                              const KnownLedger& known);

}  // namespace pipeline
