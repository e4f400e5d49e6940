// SPDX-License-Identifier: Apache-2.0
// The marks that a producer leaves in the ring for its list. They let a flush leader, which has not read the
// list, store with a cursor which list it belongs to, and they let the next producer resume the digest.
//
// The producer leaves a mark before the push that ends at its position. Marks at or below the ledger's cursor
// are free, the lowest first. If all are in use, it overwrites the newest: the flush leader can then round
// down to an older one, and the last mark of a run is always the newest.
//
// A kill leaves one of these:
// - a half-written mark: its sequence is odd, so it is invalid. The mark overwritten was free, or else the
//   newest one; the ledger's cursor waits for the next mark.
// - a mark without its push: it lies beyond the ring's end, no watermark reaches it, and the next producer
//   leaves the same mark again, or other ones before it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/digest.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

// A position of a list with the digests before it.
struct MarkedPosition {
    std::uint64_t position = 0;
    Digest digest{};
    Digest chain{};

    // False if the chain is unknown: only reading the whole list before the mark gives it.
    [[nodiscard]] bool has_chain() const noexcept;
};

class ListMarks {
  public:
    explicit ListMarks(std::span<ListMark> marks) noexcept : marks_(marks) {}

    // For the only producer, and for the creator of the segments. `cursor` is the ledger's, as far as known.
    void leave(const MarkedPosition& left, std::uint64_t cursor) noexcept;

    // The last mark in (from, to]. Skips a mark that is being written.
    [[nodiscard]] std::optional<MarkedPosition> last(std::uint64_t from, std::uint64_t to) const noexcept;

    // All marks up to and including `to`, by rising position.
    [[nodiscard]] std::vector<MarkedPosition> up_to(std::uint64_t to) const;

  private:
    [[nodiscard]] ListMark& choose(std::uint64_t cursor) const noexcept;

    std::span<ListMark> marks_;
};

}  // namespace pipeline
