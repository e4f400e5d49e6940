// SPDX-License-Identifier: Apache-2.0
// The files at a ledger's path: the file, its log (FILE-wal) and the log's index (FILE-shm). They are found
// with statx(2), without opening them: closing any descriptor of a database file drops the locks that SQLite
// holds on it in the same process (https://www.sqlite.org/howtocorrupt.html, section 2.2).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/os/file_identity.hpp"

namespace pipeline {

// The file that SQLite uses for a database at `path`, with the links in its folder's path resolved; the file
// itself must not be a link. Returns `path` if its folder is missing.
[[nodiscard]] std::filesystem::path database_file(const std::filesystem::path& path);

struct LedgerLook {
    std::optional<FileStatus> file, log, index;  // none: missing
    bool has_journal = false;                    // FILE-journal
    int error = 0;                               // errno value if the file could not be examined, else 0

    [[nodiscard]] bool has_same_file(const LedgerLook& other) const noexcept;
    [[nodiscard]] bool has_same_log(const LedgerLook& other) const noexcept;
    // Compares log and index: a process that has the file open has both.
    [[nodiscard]] bool has_same_logs(const LedgerLook& other) const noexcept;
    // A log with only a header is empty.
    [[nodiscard]] bool has_something_in_log() const noexcept;
};

// Follows links in the folder's path, but not a link in place of the file.
[[nodiscard]] LedgerLook look_at_ledger(const std::filesystem::path& path);

// Half a sentence that says why these files must not be opened as a ledger, and what to do; empty if they may
// be. A missing file is no objection.
[[nodiscard]] std::string objection_to(const LedgerLook& look, const std::filesystem::path& path);

// Finds a file that this process has open, even if it has lost its name.
struct OpenFile {
    int fd = -1;
    bool is_deleted = false;  // it has no name any more
    std::string name;         // its name, if any
};
[[nodiscard]] std::optional<OpenFile> find_open_file(const FileIdentity& identity);

}  // namespace pipeline
