// SPDX-License-Identifier: Apache-2.0
// Two SQLite VFSs (https://www.sqlite.org/vfs.html) that replace a few calls of the system's VFS, and one
// question that only a VFS can answer. Both VFSs hide a rollback journal beside the file. Our ledgers never
// use one, and SQLite would play back any file that somebody has planted there.
#pragma once

#include <filesystem>

namespace pipeline {

// Returns the name of the VFS for writing a ledger. It makes and finds no journal, and does not follow a log
// that is a link.
[[nodiscard]] const char* writing_vfs();

// Returns the name of the VFS for reading a ledger. It finds no journal, and neither makes a log nor opens
// one for writing.
[[nodiscard]] const char* reading_vfs();

// True if another connection, of this or another process, has the database file open. Briefly keeps others
// from opening the file. No part of the path `file` may be a link. False also if this process may not write
// the file.
[[nodiscard]] bool is_open_elsewhere(const std::filesystem::path& file);

}  // namespace pipeline
