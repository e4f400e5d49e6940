// SPDX-License-Identifier: Apache-2.0
// A whole file in memory that may be changed there, in a buffer that is used again for the next file. Only
// regular files are read, and opening never waits: a FIFO or a device that stands where an invoice should be
// cannot hang the consumer.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/fd.hpp"

namespace pipeline {

class FileBuffer {
  public:
    // A file of more than `max_bytes` is not read. Relative paths lead from `folder` on, if it is not empty,
    // as it is now: it may be renamed later. Throws Failure NoInput if it cannot be opened.
    explicit FileBuffer(std::size_t max_bytes, const std::filesystem::path& folder = {});

    // Reads the file at `path`, which is called `name` in what is said about it, and keeps it open. Returns
    // an empty string, or in one line why it could not be read. If that is for lack of something that is not
    // the file's fault (descriptors, memory of the system) it tries for kPatience.
    [[nodiscard]] std::string open(const char* path, std::string_view name);
    // Reads the open file once more, for what a parser has changed in the buffer; false if it cannot be
    // read any more. It may have become another one.
    [[nodiscard]] bool read_again();
    // Closes the file and drops a buffer that is bigger than what most files need.
    void close() noexcept;

    // What was read; a NUL follows it.
    [[nodiscard]] char* data() noexcept { return data_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view text() const noexcept { return {data_.get(), size_}; }

    static constexpr std::chrono::seconds kPatience{5};

  private:
    static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

    void open_file(const char* path);
    void reserve(std::size_t bytes);
    // Reads from the file's beginning to its end, or until there is more than max_bytes_. Returns an errno
    // value, 0 if it went well.
    [[nodiscard]] int read_all(std::size_t expected_bytes);

    std::size_t max_bytes_;
    UniqueFd folder_;
    UniqueFd file_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

}  // namespace pipeline
