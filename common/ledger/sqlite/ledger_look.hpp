// SPDX-License-Identifier: Apache-2.0
// The files at a ledger's path: the file, its log (FILE-wal) and the log's index (FILE-shm). This file
// examines them with statx(2) and never opens them: if a process closes any descriptor of a database file, it
// loses the locks that SQLite holds on that file (https://www.sqlite.org/howtocorrupt.html, section 2.2).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/os/file_identity.hpp"

namespace pipeline {

// Returns the path that SQLite uses for a database at `path`: resolves the links in the folder's path, but
// not a link in place of the file. Returns `path` if the folder is missing.
[[nodiscard]] std::filesystem::path database_file(const std::filesystem::path& path);

struct LedgerLook {
    std::optional<FileStatus> file, log, index;  // none: missing
    bool has_journal = false;                    // FILE-journal
    int error = 0;                               // errno value if the file cannot be examined, else 0

    [[nodiscard]] bool has_same_file(const LedgerLook& other) const noexcept;
    [[nodiscard]] bool has_same_log(const LedgerLook& other) const noexcept;
    // True if this look and `other` both have a log and an index, and these are the same files. (Log and
    // index both exist while any process has the ledger's file open.)
    [[nodiscard]] bool has_same_logs(const LedgerLook& other) const noexcept;
    // True if the log has more than its header.
    [[nodiscard]] bool has_something_in_log() const noexcept;
};

// Examines the files at `path`. Follows links in the folder's path, but not a link in place of the file.
[[nodiscard]] LedgerLook look_at_ledger(const std::filesystem::path& path);

// Returns half a sentence that says why no program may open these files as a ledger, and what to do. Returns
// an empty text if they may be opened. A missing file is no objection.
[[nodiscard]] std::string objection_to(const LedgerLook& look, const std::filesystem::path& path);

// A file that this process has open. find_open_file() finds it even if it has lost its name.
struct OpenFile {
    int fd = -1;
    bool is_deleted = false;  // the file has no name any more
    std::string name;         // the file's present name, if it has one
};
[[nodiscard]] std::optional<OpenFile> find_open_file(const FileIdentity& identity);

}  // namespace pipeline
