// SPDX-License-Identifier: Apache-2.0
// The marks that a producer leaves of its list in the ring, so that a flush leader, who has not read the
// list, can say together with a cursor which list it belongs to, and so that the next producer finds how far
// the digest of the list had come.
//
// The producer leaves a mark before the push that ends at its position. Marks at or below the ledger's cursor
// are free, the lowest first; are all in use, the newest is overwritten: the flush leader then has the older
// ones to round down to, and the last one of a run is always the newest.
//
// A kill leaves
// - a mark that is half written: its number is odd, and it is none. What was in it was free, or the newest
//   but for it; the ledger's cursor waits for the next mark.
// - a mark whose push did not come: it lies beyond the ring's end, no watermark reaches it, and the next
//   producer leaves the same there again, or other ones before it.
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

    // False of a mark whose chain only a reading of all before it can tell.
    [[nodiscard]] bool has_chain() const noexcept;
};

class ListMarks {
  public:
    explicit ListMarks(std::span<ListMark> marks) noexcept : marks_(marks) {}

    // For the only producer, and for the creator of the segments. `cursor` is the ledger's, as far as is
    // known.
    void leave(const MarkedPosition& mark, std::uint64_t cursor) noexcept;

    // The last mark beyond `from` and not beyond `to`. One that is being written just now is passed over.
    [[nodiscard]] std::optional<MarkedPosition> last(std::uint64_t from, std::uint64_t to) const noexcept;

    // All that are not beyond `to`; positions rise.
    [[nodiscard]] std::vector<MarkedPosition> up_to(std::uint64_t to) const;

  private:
    [[nodiscard]] ListMark& choose(std::uint64_t cursor) const noexcept;

    std::span<ListMark> marks_;
};

}  // namespace pipeline
