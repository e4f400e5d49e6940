// SPDX-License-Identifier: Apache-2.0
// How a file becomes an open ledger: it is looked at, opened without its links being followed, read, and
// found to be the one that it must be; only then anything in it is changed.
#pragma once

#include <filesystem>

#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

struct OpenLedger {
    SqliteConnection database;
    LedgerLook look;  // of what was opened
};

// Opens the ledger file at `path` for writing, ready for commits. With `create` a missing or empty one is
// made a ledger; one of an older version is brought up to date in any case. Several processes may do so at
// once. Throws SqliteError (Busy: try again), WrongLedger (it is not what is known) or Failure
// (Configuration: the file is not a ledger, or of a newer version, or must not be opened; CannotCreate: its
// file system cannot hold one).
[[nodiscard]] OpenLedger open_ledger_database(const std::filesystem::path& path, bool create,
                                              const KnownLedger& known);

}  // namespace pipeline
