// SPDX-License-Identifier: Apache-2.0
// The identity of a file, independent of its name: device, inode and birth time. A file system reuses a freed
// inode for a later file, often for the next one; the birth time tells the two apart. On a file system
// without birth times (NFS, some overlay and FUSE file systems) the birth time is 0 and only the inode
// counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

struct FileIdentity {
    std::uint64_t device = 0;  // major << 32 | minor
    std::uint64_t inode = 0;
    std::uint64_t birth_ns = 0;  // since 1970; 0: the file system has no birth times

    bool operator==(const FileIdentity&) const noexcept = default;

    // Returns the file's position in its spool: a 64-bit hash of inode and birth time, or the bare inode if
    // there is no birth time. The hash is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable
    // pseudorandom number generators", 2014).
    [[nodiscard]] std::uint64_t position() const noexcept;

    // True if the position `sought` refers to this file. If `bare_inodes`, `sought` may also be a bare inode,
    // as version 0.1.0 recorded it.
    [[nodiscard]] bool is_at(std::uint64_t sought, bool bare_inodes) const noexcept {
        return sought == position() || (bare_inodes && sought == inode);
    }

    // Returns "DEVICE:INODE:BIRTH" in decimal, as a ledger keeps it. parse() reverses it, and returns none
    // for any other text.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<FileIdentity> parse(std::string_view text) noexcept;
};

// The status of a file.
struct FileStatus {
    FileIdentity identity;
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;  // since 1970
    // The time when content, name, links or rights last changed, since 1970. No program can set it.
    std::int64_t changed_ns = 0;
    std::uint32_t mode = 0;  // st_mode of stat(2)
    std::uint32_t links = 0;
    std::uint32_t owner = 0;  // user id
};

// Returns the status of the file `name` in the folder `folder_fd` (AT_FDCWD: the working directory), or of
// `folder_fd` itself if `name` is empty. Does not follow a symbolic link. Returns none, with errno, if it
// fails.
[[nodiscard]] std::optional<FileStatus> look_at(int folder_fd, const char* name) noexcept;

// Returns the status of the file that `path` leads to, and follows all links. Returns none, with errno, if it
// fails.
[[nodiscard]] std::optional<FileStatus> look_through(const char* path) noexcept;

}  // namespace pipeline
