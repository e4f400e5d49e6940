// SPDX-License-Identifier: Apache-2.0
// Which file a file is, whatever its name: device, inode and birth time. A freed inode is given to the next
// file that is made, often at once; the birth time tells the two apart. Where the file system knows no birth
// time (NFS, some overlay and FUSE file systems), it is 0 and the inode has to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

struct FileIdentity {
    std::uint64_t device = 0;  // major << 32 | minor
    std::uint64_t inode = 0;
    std::uint64_t birth_ns = 0;  // since 1970; 0: the file system does not say

    bool operator==(const FileIdentity&) const noexcept = default;

    // The file as a position in its spool: 64 bits of inode and birth time, the bare inode where there is no
    // birth time. (Mixed by the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom
    // number generators", 2014.)
    [[nodiscard]] std::uint64_t position() const noexcept;

    // True if a position means this file. `bare_inodes`: a bare inode may be one too, of an invoice that
    // version 0.1.0 acquired.
    [[nodiscard]] bool is_at(std::uint64_t sought, bool bare_inodes) const noexcept {
        return sought == position() || (bare_inodes && sought == inode);
    }

    // "DEVICE:INODE:BIRTH" in decimal, as a ledger keeps it; parse() gives it back, nothing for another text.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<FileIdentity> parse(std::string_view text) noexcept;
};

// What a look at a file says.
struct FileStatus {
    FileIdentity identity;
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;  // since 1970
    std::int64_t changed_ns = 0;   // since 1970: content, name, links or rights; nobody can set it
    std::uint32_t mode = 0;        // as stat(2)
    std::uint32_t links = 0;
    std::uint32_t owner = 0;  // user id
};

// Looks at `name` below the folder `folder_fd` (AT_FDCWD: the working directory), or at `folder_fd` itself if
// the name is empty. A symbolic link is looked at itself. None: it could not be looked at; errno says why.
[[nodiscard]] std::optional<FileStatus> look_at(int folder_fd, const char* name) noexcept;

// The same of the file that `path` leads to, through all links.
[[nodiscard]] std::optional<FileStatus> look_through(const char* path) noexcept;

}  // namespace pipeline
