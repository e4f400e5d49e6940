// SPDX-License-Identifier: Apache-2.0
// Reads an invoice's file from its beginning to its end, piece by piece. Reads only regular files, and never
// blocks on opening one: a FIFO or a device in an invoice's place cannot hang the consumer. In a spool, reads
// only the acquired file (spool_folder.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "common/base/fd.hpp"
#include "common/os/file_identity.hpp"
#include "consumer/work/patience.hpp"
#include "consumer/work/spool_folder.hpp"

namespace pipeline {

// The receiver of a file's bytes.
class FileSink {
  public:
    FileSink() = default;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;
    virtual ~FileSink() = default;

    // The first byte of the file comes next, perhaps again: a read may have failed, and be tried anew.
    virtual void begin() = 0;
    // Returns where the next bytes go; not empty.
    [[nodiscard]] virtual std::span<char> room() = 0;
    // `bytes` have been written to the room.
    virtual void take(std::size_t bytes) = 0;
};

class InvoiceFile {
  public:
    // Refuses files of more than `max_bytes`. `spool`: the folder of the files; without a spool, ids are
    // paths, and links in them are followed.
    InvoiceFile(std::uint64_t max_bytes, std::shared_ptr<const SpoolFolder> spool, Patience patience);

    // Gives the file's bytes to `sink`. Returns an empty string, or a line that says why the file could not
    // be read, or that it has changed meanwhile. Retries first if the failure may pass (patience.hpp).
    [[nodiscard]] std::string read(const Acquired& invoice, FileSink& sink);

    static constexpr const char* kChanged = "changed while it was read";

  private:
    // How one try has ended. The file was read: `reason` is empty, and `error` 0. The file must not be read:
    // `reason` says why. A system call failed: `call` is its name, and `error` the errno value.
    struct Outcome {
        std::string reason;
        const char* call = nullptr;
        int error = 0;
    };
    [[nodiscard]] Outcome try_to_read(const Acquired& invoice, FileSink& sink);
    [[nodiscard]] Outcome try_to_open(const Acquired& invoice);
    [[nodiscard]] Outcome read_all(const Acquired& invoice, FileSink& sink);
    [[nodiscard]] Outcome too_large(const Acquired& invoice) const;
    [[nodiscard]] bool has_changed() const noexcept;

    std::uint64_t max_bytes_;
    std::shared_ptr<const SpoolFolder> spool_;
    Patience patience_;
    std::string path_;
    UniqueFd file_;
    std::optional<FileStatus> before_;  // the status of the open file before it was read
};

}  // namespace pipeline
