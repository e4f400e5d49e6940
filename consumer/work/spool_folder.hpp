// SPDX-License-Identifier: Apache-2.0
// A spool's folder as a consumer sees it. The consumer opens the folder once, and opens the files in it by
// openat(2). It reads a file only if the position (inode and birth time) shows that this is the acquired
// file. It does not read another file or a symbolic link that has taken the name.
//
// Another file can take a name at any time, but an open file stays the same, so the consumer checks a file
// after opening it. Programs open files by name themselves. For them, the consumer checks the file just
// before it sends the request to the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/base/fd.hpp"
#include "common/os/file_identity.hpp"
#include "common/spec/source_spec.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

struct RingArea;

// The folder that a pipeline's invoices were acquired from.
struct SpoolOrigin {
    std::optional<FileIdentity> folder;  // none: not known
    bool bare_inodes = false;            // some positions lack the birth time; see RingArea

    [[nodiscard]] static SpoolOrigin of(const RingArea& area) noexcept;
};

class SpoolFolder {
  public:
    // Opens the folder. Throws Failure: NoInput if `path` is not a searchable folder, or leads to a folder
    // other than `origin`; InputOutput if the folder cannot be opened at present.
    SpoolFolder(const std::filesystem::path& path, const SpoolOrigin& origin);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // True if `file` is the file that was acquired with the position.
    [[nodiscard]] bool is_acquired(const FileIdentity& file, std::uint64_t position) const noexcept {
        return file.is_at(position, bare_inodes_);
    }
    // Returns a line for people if the acquired file is gone or another file has its name. Returns an empty
    // string if the file is still there, or if this cannot be determined.
    [[nodiscard]] std::string find_fault(const Acquired& invoice) const;

    static constexpr const char* kReplaced = "replaced before it was read";
    static constexpr const char* kGone = "the file is gone: it was removed or renamed before it was read";

  private:
    UniqueFd fd_;
    bool bare_inodes_;
};

// Opens the folder of a spool. Returns null for any other source: its ids are paths, or do not name files.
// Throws what SpoolFolder() throws.
[[nodiscard]] std::shared_ptr<const SpoolFolder> open_spool_folder(const SourceSpec& source,
                                                                   const SpoolOrigin& origin);

}  // namespace pipeline
