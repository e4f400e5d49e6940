// SPDX-License-Identifier: Apache-2.0
// What lies where a ledger is to be: the file, its log (FILE-wal) and the log's index (FILE-shm). By looks
// alone, which open nothing: to close any descriptor of a database file takes away the locks that SQLite has
// on it in the same process (https://www.sqlite.org/howtocorrupt.html, section 2.2).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/os/file_identity.hpp"

namespace pipeline {

// The file that SQLite uses for a database at `path`: the links of its folder are followed, the file itself
// may be none. `path` itself if its folder is not there.
[[nodiscard]] std::filesystem::path database_file(const std::filesystem::path& path);

struct LedgerLook {
    std::optional<FileStatus> file, log, index;  // none: it is not there
    bool has_journal = false;                    // FILE-journal
    int error = 0;  // errno of the look at the file, if it could not be looked at

    [[nodiscard]] bool has_same_file(const LedgerLook& other) const noexcept;
    [[nodiscard]] bool has_same_log(const LedgerLook& other) const noexcept;
    // Log and index, as whoever has the file open has both.
    [[nodiscard]] bool has_same_logs(const LedgerLook& other) const noexcept;
    // A log of a header alone holds nothing.
    [[nodiscard]] bool has_something_in_log() const noexcept;
};

// Links in the folder's path are followed, one in the place of a file is looked at itself.
[[nodiscard]] LedgerLook look_at_ledger(const std::filesystem::path& path);

// Why what was seen must not be opened as a ledger and what to do about it, as half a sentence; empty:
// nothing is wrong with it. That something is not there is no objection.
[[nodiscard]] std::string objection_to(const LedgerLook& look, const std::filesystem::path& path);

// Where a file that this process has open can be found although its name may be gone.
struct OpenFile {
    int fd = -1;
    bool is_deleted = false;  // it has no name any more
    std::string name;         // the one that it has, if any
};
[[nodiscard]] std::optional<OpenFile> find_open_file(const FileIdentity& identity);

}  // namespace pipeline
