// SPDX-License-Identifier: Apache-2.0
// The open file of a list. It stays the same file even if its name is removed or leads to another file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "common/base/fd.hpp"
#include "common/core/list_digest.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class ListFile {
  public:
    // `name` is the source's name, for messages. Throws Failure (NoInput) if `path` is not a regular file or
    // cannot be read.
    ListFile(const std::filesystem::path& path, std::string name);

    // Returns a second descriptor of the same open file; both share its lock.
    [[nodiscard]] ListFile again() const;

    [[nodiscard]] int fd() const noexcept { return file_.get(); }
    [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }

    // Returns the file's present status. Throws Failure (InputOutput).
    [[nodiscard]] FileStatus status() const;

    // Reads from `offset` on: fills `to` first, then `then`. Returns the total number of bytes, which is less
    // than the room in both only at the end of the file. Throws Failure (InputOutput).
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<char> to,
                                      std::span<char> then = {}) const;

    // Adds the file's bytes up to `position` to the digest; returns false if the file ends before `position`.
    // Throws Failure (InputOutput).
    [[nodiscard]] bool read(ListDigest& digest, std::uint64_t position) const;

  private:
    ListFile(std::string name, UniqueFd file, const FileIdentity& identity) noexcept
        : name_(std::move(name)), file_(std::move(file)), identity_(identity) {}

    std::string name_;
    UniqueFd file_;
    FileIdentity identity_;
};

}  // namespace pipeline
