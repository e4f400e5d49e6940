// SPDX-License-Identifier: Apache-2.0
// Converts the segments of version 0.1.0 (layout_4.hpp) to the present layout, for the supervisor that takes
// them over. The conversion is a function of the old segments alone, and never writes into them: it makes new
// ones under temporary names, which then replace the old ones, the ring first.
//
//     ring  storage  state after a kill, and what the next supervisor does
//     old   old      unchanged; it replaces the abandoned NAME.ring.new and NAME.storage.new
//     new   old      the ring has all that it needs from both; it converts only the storage
//     new   new      done; it uses them like any other segments
//
// No kill leaves the reverse (old ring, new storage), and the supervisor refuses it. The new ring has settled
// words where a dead lock owner left unsettled ones. Settling needs the old storage, so the ring goes first.
// Generation and indices stay, and so does all that the ledger knows of them; counts that are only for
// display restart at 0.
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

// The release that made segments of an older layout version, if this program converts them; else none.
[[nodiscard]] std::optional<std::string_view> release_of_layout(std::uint32_t version) noexcept;

class OldSegments {
  public:
    // None if neither segment is of layout 4. Throws Failure as Segments::open() does.
    [[nodiscard]] static std::optional<OldSegments> open(const std::string& name);

    // These functions do the same as in Segments.
    [[nodiscard]] bool lock_exclusively() noexcept;
    [[nodiscard]] bool are_current() const noexcept { return ring_.has_its_name(); }

    // Converts to the present layout, under temporary names that Segments::replace() publishes. Call it once,
    // with the generation lock held exclusively, and keep this object alive until the replace(). Throws
    // Failure: Configuration if no kill can leave such contents (damage.hpp); CannotCreate.
    [[nodiscard]] Segments convert();

  private:
    OldSegments(Segment ring, Segment storage, std::uint32_t ring_capacity, std::uint32_t storage_capacity,
                bool is_ring_old) noexcept;
    Segment ring_;
    Segment storage_;
    std::uint32_t ring_capacity_;
    std::uint32_t storage_capacity_;
    bool is_ring_old_;  // false: a killed upgrade has already converted the ring
};

// Returns the number of results in the storage that are not in the ledger; none if the storage is not of an
// older layout. Call it for a storage without its ring, which an interrupted end has left. Throws Failure
// Configuration if the storage is damaged.
[[nodiscard]] std::optional<std::uint64_t> waiting_in_old_storage(const Segment& storage);

}  // namespace pipeline
