// SPDX-License-Identifier: Apache-2.0
// Two SQLite VFSs (https://www.sqlite.org/vfs.html) with a few calls replaced, by the names that connections
// pass, and one question that only a VFS can answer. Both hide a rollback journal beside the file: our
// ledgers never use that mode, and SQLite would play back any file planted there.
#pragma once

#include <filesystem>

namespace pipeline {

// For a ledger that is written: makes and finds no journal, and does not follow a log that is a link.
[[nodiscard]] const char* writing_vfs();

// For reading only: finds no journal, and neither makes a log nor opens one for writing.
[[nodiscard]] const char* reading_vfs();

// True if another connection, of this or another process, has the database file open. Briefly keeps others
// from opening it. `file` has no links in it. Also false if this process may not write the file.
[[nodiscard]] bool is_open_elsewhere(const std::filesystem::path& file);

}  // namespace pipeline
