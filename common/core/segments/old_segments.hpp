// SPDX-License-Identifier: Apache-2.0
// What version 0.1.0 left in shared memory (layout_4.hpp), brought into the present layout by the supervisor
// that takes it over. The conversion is a function of the old segments alone, and never writes into them: it
// makes new ones under the temporary names and then lets these take the old ones' place, the ring first.
//
//     ring  storage   what a kill leaves, and who goes on
//     4     4         nothing is done; NAME.ring.new and NAME.storage.new are abandoned, the next start
//     replaces them 5     4         the ring has everything from both that it needs; the next start converts
//     the storage, alone 5     5         done: segments like any others
//
// The other way round (4, 5) comes from nobody, and is refused. What a dead owner of a lock left to be
// settled is settled in the new ring: it needs the old storage for that, and so goes first. Generation and
// indices stay, and with them what the ledger knows of them; the counts that are only for display begin anew.
//
// The generation lock of the old ring keeps everybody out until the new ring has the name; from then on the
// new ring's does, which is locked by being made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/segments/segments.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

class OldSegments {
  public:
    // None if neither the ring nor the storage is of layout 4. Throws Failure as Segments::open() does.
    [[nodiscard]] static std::optional<OldSegments> open(const std::string& name);

    // As those of Segments.
    [[nodiscard]] bool lock_exclusively() noexcept;
    [[nodiscard]] bool are_current() const noexcept { return ring_.has_its_name(); }

    // Once, with the generation lock held exclusively, and while this object lives: the same in the present
    // layout, under temporary names, to be published by Segments::replace(). Throws Failure: Configuration if
    // no kill leaves what they hold (damage.hpp); CannotCreate.
    [[nodiscard]] Segments convert();

  private:
    OldSegments(Segment ring, Segment storage, std::uint32_t ring_capacity, std::uint32_t storage_capacity,
                bool is_ring_old) noexcept;
    Segment ring_;
    Segment storage_;
    std::uint32_t ring_capacity_;
    std::uint32_t storage_capacity_;
    bool is_ring_old_;  // else a killed upgrade got so far
};

// Of a storage without its ring, which an end that was cut short leaves: how many of its results are not in
// the ledger. `storage` is of layout 4. Throws Failure Configuration if it is damaged.
[[nodiscard]] std::uint64_t waiting_in_old_storage(const Segment& storage);

}  // namespace pipeline
