// SPDX-License-Identifier: Apache-2.0
// A whole file in memory that may be changed there, in a buffer that is used again for the next file. Only
// regular files are read, and opening never waits: a FIFO or a device that stands where an invoice should be
// cannot hang the consumer. In a spool only the file that was acquired is read (spool_folder.hpp).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/fd.hpp"
#include "common/os/file_identity.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

class FileBuffer {
  public:
    // A file of more than `max_bytes` is not read. `spool`: the folder of the files; without one, ids are
    // paths, and links in them are followed.
    FileBuffer(std::size_t max_bytes, std::shared_ptr<const SpoolFolder> spool,
               Patience patience = Patience{});

    // Reads the invoice's file and keeps it open. Returns an empty string, or in one line why it could not be
    // read. If that is for a cause that may pass (patience.hpp) it is tried again first.
    [[nodiscard]] std::string open(const Acquired& invoice);
    // Reads the open file once more, for what a parser has changed in the buffer; false if it cannot be
    // read any more. It may have become another one.
    [[nodiscard]] bool read_again();
    // True if the open file's size or time of change is not what it was before it was read.
    [[nodiscard]] bool has_changed() const noexcept;
    // Closes the file and drops a buffer that is bigger than what most files need.
    void close() noexcept;

    // What was read; a NUL follows it.
    [[nodiscard]] char* data() noexcept { return data_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view text() const noexcept { return {data_.get(), size_}; }

    static constexpr const char* kChanged = "changed while it was read";

  private:
    static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

    // What came of one try: a reason, or a call that has failed with an errno value.
    struct Outcome {
        std::string reason;
        const char* call = nullptr;
        int error = 0;
    };
    [[nodiscard]] Outcome try_to_read(const Acquired& invoice);
    [[nodiscard]] Outcome try_to_open(const Acquired& invoice);
    void reserve(std::size_t bytes);
    // Reads from the file's beginning to its end, or until there is more than max_bytes_. Returns an errno
    // value, 0 if it went well.
    [[nodiscard]] int read_all(std::size_t expected_bytes);

    std::size_t max_bytes_;
    std::shared_ptr<const SpoolFolder> spool_;
    Patience patience_;
    std::string path_;
    UniqueFd file_;
    std::optional<FileStatus> before_;  // of the open file, before it was read
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

}  // namespace pipeline
