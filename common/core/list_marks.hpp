// SPDX-License-Identifier: Apache-2.0
// The marks that a producer leaves in the ring for its list. A flush leader has not read the list; with a
// mark it can still store, beside a cursor, the digest that proves which list the cursor belongs to. The next
// producer resumes the digest from a mark.
//
// The producer leaves a mark before the push that ends at the mark's position. Marks at or below the ledger's
// cursor are free; the producer takes the lowest one first. If all marks are in use, it overwrites the newest
// mark: the flush leader can then round down to an older mark, and the last mark of a run is always the
// newest.
//
// A kill leaves one of these:
// - A half-written mark. Its sequence is odd, so it is invalid. Before that, the mark was free or the newest
//   one; until the producer leaves another mark, the ledger's cursor stays at an older one.
// - A mark without its push. It lies beyond the ring's end, and no watermark reaches it. The next producer
//   leaves the same mark again, or other marks before it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/digest.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

// A position of a list, with the digest and the chain of everything before it (list_digest.hpp).
struct MarkedPosition {
    std::uint64_t position = 0;
    Digest digest{};
    Digest chain{};

    // False if the chain is unknown: a producer then must read the whole list before the mark to get it.
    [[nodiscard]] bool has_chain() const noexcept;
};

class ListMarks {
  public:
    explicit ListMarks(std::span<ListMark> marks) noexcept : marks_(marks) {}

    // Leaves a mark. Overwrites a mark at or below `cursor`, the ledger's cursor as far as the caller knows
    // it, or else the newest mark. Only the producer and the creator of the segments may call this.
    void leave(const MarkedPosition& left, std::uint64_t cursor) noexcept;

    // Returns the last mark in (from, to]. Skips a mark that is being written.
    [[nodiscard]] std::optional<MarkedPosition> last(std::uint64_t from, std::uint64_t to) const noexcept;

    // Returns all marks up to and including `to`, in order of position.
    [[nodiscard]] std::vector<MarkedPosition> up_to(std::uint64_t to) const;

  private:
    [[nodiscard]] ListMark& choose(std::uint64_t cursor) const noexcept;

    std::span<ListMark> marks_;
};

}  // namespace pipeline
