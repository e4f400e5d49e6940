// SPDX-License-Identifier: Apache-2.0
// Two SQLite VFSs (https://www.sqlite.org/vfs.html) that replace a few calls of the system's VFS, and the
// function is_open_elsewhere(), which needs a VFS. Both VFSs hide a rollback journal beside the file. Our
// ledgers never use one, and SQLite would play back any file that somebody has planted there.
#pragma once

#include <filesystem>

namespace pipeline {

// Returns the name of the VFS for writing a ledger. It hides any rollback journal and refuses to create one.
// It does not open a write-ahead log that is a symbolic link.
[[nodiscard]] const char* writing_vfs();

// Returns the name of the VFS for reading a ledger. It hides any rollback journal, opens a write-ahead log
// only for reading, and never creates one.
[[nodiscard]] const char* reading_vfs();

// True if another connection, of this or another process, has the database file open. Locks the file for a
// moment, in which no other connection can use it. No part of the path `file` may be a link. Returns
// false also if this process cannot open the file for writing.
[[nodiscard]] bool is_open_elsewhere(const std::filesystem::path& file);

}  // namespace pipeline
