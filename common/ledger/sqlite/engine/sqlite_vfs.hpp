// SPDX-License-Identifier: Apache-2.0
// SQLite's way to the system's files (a VFS, https://www.sqlite.org/vfs.html) with a few calls exchanged, by
// the names under which connections ask for them, and one question that only it can answer. A rollback
// journal beside the file does not exist for either of the two: none of ours is ever in that mode, and SQLite
// would play back whatever somebody has put there.
#pragma once

#include <filesystem>

namespace pipeline {

// For a ledger that is written: no journal is made or found, and a log is not followed if it is a link.
[[nodiscard]] const char* writing_vfs();

// For reading alone: no journal is found, and no log is made or opened for writing.
[[nodiscard]] const char* reading_vfs();

// True if another connection, of this or another process, has the database file open. For a moment nobody
// else can open it. `file` has no links in it. False also if this process may not write it.
[[nodiscard]] bool is_open_elsewhere(const std::filesystem::path& file);

}  // namespace pipeline
