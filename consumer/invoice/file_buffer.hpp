// SPDX-License-Identifier: Apache-2.0
// Reads a whole file into a buffer, which the caller may change and the next file reuses. Reads only regular
// files, and never blocks on opening one: a FIFO or a device in an invoice's place cannot hang the consumer.
// In a spool, reads only the acquired file (spool_folder.hpp).
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
    // Refuses files of more than `max_bytes`. `spool`: the folder of the files; without a spool, ids are
    // paths, and links in them are followed.
    FileBuffer(std::size_t max_bytes, std::shared_ptr<const SpoolFolder> spool,
               Patience patience = Patience{});

    // Reads the invoice's file and keeps it open. Returns an empty string, or a line that says why the file
    // could not be read. Retries first if the failure may pass (patience.hpp).
    [[nodiscard]] std::string open(const Acquired& invoice);
    // Reads the open file again, after a parser has changed the buffer. Returns false if that fails. The
    // contents may differ from what open() has read.
    [[nodiscard]] bool read_again();
    // True if the file's size or modification time has changed since open() opened it.
    [[nodiscard]] bool has_changed() const noexcept;
    // Closes the file, and frees a buffer that is larger than most files need.
    void close() noexcept;

    // The contents, followed by a NUL.
    [[nodiscard]] char* data() noexcept { return data_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view text() const noexcept { return {data_.get(), size_}; }

    static constexpr const char* kChanged = "changed while it was read";

  private:
    static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

    // How one try has ended. The file was read: `reason` is empty, and `error` 0. The file must not be read:
    // `reason` says why. A system call failed: `call` is its name, and `error` the errno value.
    struct Outcome {
        std::string reason;
        const char* call = nullptr;
        int error = 0;
    };
    [[nodiscard]] Outcome try_to_read(const Acquired& invoice);
    [[nodiscard]] Outcome try_to_open(const Acquired& invoice);
    void reserve(std::size_t bytes);
    // Reads the open file from its beginning to its end. Stops earlier if it has read exactly
    // `expected_bytes`, or once the buffer holds more than max_bytes_. Returns 0, or an errno value.
    [[nodiscard]] int read_all(std::size_t expected_bytes);

    std::size_t max_bytes_;
    std::shared_ptr<const SpoolFolder> spool_;
    Patience patience_;
    std::string path_;
    UniqueFd file_;
    std::optional<FileStatus> before_;  // the status of the open file before it was read
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

}  // namespace pipeline
