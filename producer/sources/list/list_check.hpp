// SPDX-License-Identifier: Apache-2.0
// Verifies that a file is the list that was read before: reads everything before the resume position and
// compares the digests at the marks on the way. A large list takes time (a second or two for a gigabyte), so
// the check reads in slices, and the producer does its other work in between.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/core/list_marks.hpp"
#include "producer/sources/list/list_file.hpp"
#include "producer/sources/list/list_form.hpp"

namespace pipeline {

// A line as it was acquired.
struct AcquiredLine {
    std::uint64_t position;
    std::string label;  // label_of() the id
};

class ListCheck {
  public:
    static constexpr std::uint64_t kSliceBytes = std::uint64_t{16} << 20U;

    // `marks` are the known digests before `position`; their positions rise, and none is beyond `position`.
    // `unmarked` are the lines between the last mark and `position`. With `from_last`, the check reads only
    // from the beginning of the 1 MiB block (list_digest.hpp) that holds the last mark: a producer of this
    // run has verified everything before it.
    ListCheck(std::vector<MarkedPosition> marks, std::uint64_t position, bool from_last,
              std::vector<AcquiredLine> unmarked = {}, const ListForm& form = kLines);

    enum class Outcome { Unfinished, Same, Shorter, Different };
    // Reads and compares the next slice. Call it until it returns another outcome than Unfinished. Throws
    // Failure (InputOutput).
    [[nodiscard]] Outcome read_slice(const ListFile& file);

    // The digest of all bytes before the position, once the outcome is Same.
    [[nodiscard]] const ListDigest& digest() const noexcept { return digest_; }
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    // True if no digest is known to compare with: any file that is long enough then counts as Same.
    [[nodiscard]] bool is_blind() const noexcept { return position_ != 0 && is_blind_; }
    [[nodiscard]] const std::vector<MarkedPosition>& marks() const noexcept { return marks_; }
    // The number of bytes left to read.
    [[nodiscard]] std::uint64_t left() const noexcept { return position_ - digest_.position(); }

    [[nodiscard]] const std::vector<AcquiredLine>& unmarked() const noexcept { return unmarked_; }

  private:
    [[nodiscard]] bool has_unmarked(const ListFile& file) const;

    std::vector<MarkedPosition> marks_;
    std::vector<AcquiredLine> unmarked_;
    ListForm form_;
    std::uint64_t position_;
    bool is_blind_;
    std::size_t next_ = 0;  // index of the next mark to compare
    ListDigest digest_;
};

}  // namespace pipeline
