// SPDX-License-Identifier: Apache-2.0
// A spool's folder as a consumer sees it. It is opened once, its files are opened by its descriptor, and a
// file is read only if it is the one that was acquired: its position (inode and birth time) says so. Another
// file that has got its name meanwhile, or a symbolic link there, is not read in its place.
//
// What lies under the name may be exchanged at any time. A file that is open stays what it is: it is looked
// at after it was opened. A program opens by name itself: for it the file is looked at just before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/base/fd.hpp"
#include "common/os/file_identity.hpp"
#include "common/spec/specs.hpp"
#include "consumer/work/acquired.hpp"

namespace pipeline {

struct RingArea;

// Where the invoices of a pipeline were acquired.
struct SpoolOrigin {
    std::optional<FileIdentity> folder;  // none: not known
    bool bare_inodes = false;            // as RingArea::bare_inodes

    [[nodiscard]] static SpoolOrigin of(const RingArea& area) noexcept;
};

class SpoolFolder {
  public:
    // Throws Failure: NoInput if `path` is no folder that can be searched, or leads to another one than the
    // origin's; InputOutput if that cannot be told at present.
    SpoolFolder(const std::filesystem::path& path, const SpoolOrigin& origin);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // True if that is the file that was acquired with the position.
    [[nodiscard]] bool is_acquired(const FileIdentity& file, std::uint64_t position) const noexcept {
        return file.is_at(position, bare_inodes_);
    }
    // Looks at the invoice's file: an empty string, or in one line why it is not there any more. A look that
    // fails for another reason says nothing against it.
    [[nodiscard]] std::string find_fault(const Acquired& invoice) const;

    static constexpr const char* kReplaced = "replaced before it was read";
    static constexpr const char* kGone = "the file is gone: it was removed or renamed before it was read";

  private:
    UniqueFd fd_;
    bool bare_inodes_;
};

// The folder of a spool; none for another source, whose ids are paths, if anything. Throws as SpoolFolder().
[[nodiscard]] std::shared_ptr<const SpoolFolder> open_spool_folder(const SourceSpec& source,
                                                                   const SpoolOrigin& origin);

}  // namespace pipeline
