// SPDX-License-Identifier: Apache-2.0
// The sources lines:- and lines0:-, which read standard input: each line is an id (line_reader.hpp). In
// lines0:-, a line ends with NUL. The source finishes at the end of input, even if the input is a file that
// may still grow. So the last line needs no end.
//
// A pipe, a terminal or a socket delivers its bytes only once: if the producer is killed, lines that it read
// but did not push are lost. So the source reads ahead little: 4 KiB, and only when no complete line is left.
// A file (`<`) loses nothing: the source reads it by offset, and a new producer continues where the last item
// in the ring ends. An item's position counts the bytes of all runs with this ledger, so that positions are
// unique.
#pragma once

#include "producer/sources/list/line_reader.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class StandardInputSource final : public Source {
  public:
    static constexpr std::size_t kReadAheadBytes = 4096;

    // Reads `fd` (owned by the caller; 0 except in tests) from `resume.position` on. Throws Failure: NoInput
    // if it is closed or cannot be read; Configuration if it is a file that is shorter than the part read
    // before.
    StandardInputSource(int fd, const Resume& resume, const ListForm& form = kLines);

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] std::string_view bytes() const noexcept override { return lines_.bytes(); }
    [[nodiscard]] bool exhausted() const override;
    // Stops reading. acquire() still returns the complete lines that were read. Unless the input is a file,
    // logs how many bytes of an unfinished line are lost.
    void stop() override;
    void wait(int signal_fd, std::chrono::milliseconds bound) override;

  private:
    // Calls read(2) or pread(2) once, if that does not block.
    void read_more();

    int fd_;
    std::string name_;
    LineReader lines_;
    // If the input is a regular file: the offset of a byte in the file minus its position (modulo 2^64).
    // Otherwise none.
    std::optional<std::uint64_t> file_shift_;
    bool ended_ = false;
    bool stopped_ = false;
};

}  // namespace pipeline
