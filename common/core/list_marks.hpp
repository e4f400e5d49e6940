// SPDX-License-Identifier: Apache-2.0
// List marks. A mark is a position in a list (lines:FILE) with the digest of all bytes before it. The
// producer leaves marks in RingArea::list_marks. The flush leader does not read the list: it takes from a
// mark the digest that it stores beside the ledger's cursor, and that proves which list the cursor belongs
// to. The next producer continues the digest from a mark.
//
// The producer leaves a mark before the push that ends at the mark's position. Marks at or below the ledger's
// cursor are free; the producer takes the lowest one first. If none is free, it overwrites the newest mark:
// the flush leader can then round down to an older mark, and the last mark of a run is always the newest.
//
// A kill leaves one of these:
// - A half-written mark. Its sequence is odd, so it is invalid. It has overwritten a free mark or the
//   newest one. Until the producer leaves another mark, the ledger's cursor stays at an older mark.
// - A mark without its push. It lies beyond all acquired items, so no watermark reaches it. The next producer
//   leaves the same mark again, or other marks before it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/digest.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

// A position of a list, with the digest of everything before it and the chain of the whole blocks before it
// (list_digest.hpp).
struct MarkedPosition {
    std::uint64_t position = 0;
    Digest digest{};
    Digest chain{};

    // False if the chain is unknown. A producer must then read all bytes before the mark to compute it.
    [[nodiscard]] bool has_chain() const noexcept;
};

class ListMarks {
  public:
    explicit ListMarks(std::span<ListMark> marks) noexcept : marks_(marks) {}

    // Leaves a mark. Overwrites an invalid mark; or else the lowest mark at or below `cursor`, the ledger's
    // cursor as far as the caller knows it; or else the newest mark. Only the producer and the creator of the
    // segments may call this.
    void leave(const MarkedPosition& left, std::uint64_t cursor) noexcept;

    // Returns the mark with the highest position in (from, to]. Skips a mark that is being written.
    [[nodiscard]] std::optional<MarkedPosition> last(std::uint64_t from, std::uint64_t to) const noexcept;

    // Returns all marks with positions up to and including `to`, in order of position.
    [[nodiscard]] std::vector<MarkedPosition> up_to(std::uint64_t to) const;

  private:
    [[nodiscard]] ListMark& choose(std::uint64_t cursor) const noexcept;

    std::span<ListMark> marks_;
};

}  // namespace pipeline
