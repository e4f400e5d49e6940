// SPDX-License-Identifier: Apache-2.0
// Converts the segments of version 0.1.0 (layout_4.hpp) to the present layout, for the supervisor that takes
// them over. The conversion depends only on the old segments, and never writes into them. It makes new
// segments under temporary names; these then replace the old ones, the ring first.
//
//     ring  storage  state after a kill, and what the next supervisor does
//     old   old      unchanged; it replaces the abandoned NAME.ring.new and NAME.storage.new
//     new   old      the ring has all that it needs from both; it converts only the storage
//     new   new      done; it uses them like any other segments
//
// No kill leaves the reverse (old ring, new storage), and the supervisor refuses it. Where a dead lock owner
// left unsettled words in the old ring, the new ring has settled ones. Settling needs the old storage, so the
// ring is replaced first. Generation and indices stay the same, so they still fit the ledger. Counts that are
// only for display restart at 0. The new segments have small byte areas, since old and new segments lie side
// by side for a moment. The areas are empty: items and records of version 0.1.0 have no spans.
//
// The generation lock of the old ring keeps other processes out until the new ring has the name. From then on
// the lock of the new ring does that; Segment::create() has taken it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/segments/segments.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

// Returns the release that made segments of an older layout version. Returns none if this program does not
// convert that version.
[[nodiscard]] std::optional<std::string_view> release_of_layout(std::uint32_t version) noexcept;

class OldSegments {
  public:
    // Opens the two segments. Returns none if neither is of layout 4. Throws Failure as Segments::open()
    // does.
    [[nodiscard]] static std::optional<OldSegments> open(const std::string& name);

    // Takes the generation lock without waiting; returns false if another process holds it.
    [[nodiscard]] bool lock_exclusively() noexcept;
    // True if the ring's name still refers to this ring.
    [[nodiscard]] bool are_current() const noexcept { return ring_.has_its_name(); }

    // Converts to the present layout, under temporary names that Segments::replace() publishes. Call it once,
    // with the generation lock held exclusively, and keep this object alive until the replace(). Throws
    // Failure: Configuration if a lock of the old segments could never be locked; CannotCreate if the new
    // segments cannot be made. The caller then checks the contents (SegmentsView::check_contents()).
    [[nodiscard]] Segments convert();

  private:
    OldSegments(Segment ring, Segment storage, Capacity ring_capacity, std::uint32_t storage_capacity,
                bool is_ring_old) noexcept;
    Segment ring_;
    Segment storage_;
    Capacity ring_capacity_;
    std::uint32_t storage_capacity_;
    bool is_ring_old_;  // false: a killed upgrade has already converted the ring
};

// Returns the number of results in the storage that are not in the ledger; none if the storage is not of an
// older layout. Call it for a storage without a ring, which a kill at the start or end of a generation
// leaves. Throws Failure Configuration if the storage is damaged.
[[nodiscard]] std::optional<std::uint64_t> waiting_in_old_storage(const Segment& storage);

}  // namespace pipeline
