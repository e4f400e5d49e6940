// SPDX-License-Identifier: Apache-2.0
// Finds out whether a file is the list that was read before: reads all before the position where reading goes
// on, and compares the digests at the marks on the way. A large list takes its time (a gigabyte a second or
// two), so it is read in slices: the producer does its other work in between.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/core/list_marks.hpp"
#include "producer/sources/list/list_file.hpp"

namespace pipeline {

// A line as it was acquired.
struct AcquiredLine {
    std::uint64_t position;
    std::string id;
};

class ListCheck {
  public:
    static constexpr std::uint64_t kSliceBytes = std::uint64_t{16} << 20U;

    // What is known of the bytes before `position`; positions rise, and none is beyond it. With `from_last`
    // only the bytes from the last mark's block on are read: a producer of this run has read the others.
    // `unmarked` are the last lines before the position, those that lie behind the last mark.
    ListCheck(std::vector<MarkedPosition> marks, std::uint64_t position, bool from_last,
              std::vector<AcquiredLine> unmarked = {});

    enum class Outcome { Unfinished, Same, Shorter, Different };
    // Reads a slice. Throws Failure (InputOutput).
    [[nodiscard]] Outcome read_slice(const ListFile& file);

    // Of all before the position, once it is Same.
    [[nodiscard]] const ListDigest& digest() const noexcept { return digest_; }
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    // True if there is no digest to compare with: any file that is long enough is Same.
    [[nodiscard]] bool is_blind() const noexcept { return position_ != 0 && is_blind_; }
    [[nodiscard]] const std::vector<MarkedPosition>& marks() const noexcept { return marks_; }
    // How many bytes are still to be read.
    [[nodiscard]] std::uint64_t left() const noexcept { return position_ - digest_.position(); }

    [[nodiscard]] const std::vector<AcquiredLine>& unmarked() const noexcept { return unmarked_; }

  private:
    [[nodiscard]] bool has_unmarked(const ListFile& file) const;

    std::vector<MarkedPosition> marks_;
    std::vector<AcquiredLine> unmarked_;
    std::uint64_t position_;
    bool is_blind_;
    std::size_t next_ = 0;  // mark to be compared
    ListDigest digest_;
};

}  // namespace pipeline
