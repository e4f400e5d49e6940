// SPDX-License-Identifier: Apache-2.0
// lines:- : one id a line, from standard input. Its end is the end, also when it is a file: the last line
// needs no newline.
//
// A pipe, a terminal or a socket gives its bytes only once: a line that was read and is not in the ring
// yet is lost when the producer is killed. So little is read ahead: 4 KiB, and only when no complete line
// is left of what was read before. Redirected from a file (`<`), nothing is lost: it is read by offset,
// and a new producer goes on where the last one's items ended. An item's position counts the bytes of all
// runs with this ledger, so that no two of them share one.
#pragma once

#include "producer/sources/list/line_reader.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

class StandardInputSource final : public Source {
  public:
    static constexpr std::size_t kReadAheadBytes = 4096;

    // Reads `fd` (which stays the caller's; 0 but in tests) from position `resume.position` on. Throws
    // Failure: NoInput if it is closed or cannot be read; Configuration if it is a file that ends before
    // what was read of it.
    StandardInputSource(int fd, const Resume& resume);

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override;
    [[nodiscard]] bool exhausted() const override;
    // Complete lines that were read are still given; the bytes of an unfinished one are reported.
    void stop() override;
    void wait(int signal_fd, std::chrono::milliseconds bound) override;

  private:
    // Reads once what is there now.
    void read_more();

    int fd_;
    LineReader lines_;
    // Of a regular file: its offset is this much (modulo 2^64) beyond the position. None for all else.
    std::optional<std::uint64_t> file_shift_;
    bool ended_ = false;
    bool stopped_ = false;
};

}  // namespace pipeline
