// SPDX-License-Identifier: Apache-2.0
// Determines where a producer continues: after the last item in the ring or, in new segments, at the ledger's
// cursor.
#pragma once

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// Finds out from the segments where the source continues. Only the producer calls this; consumers may run
// meanwhile.
// Returns the position where an ordered source continues after the last item in the ring.
[[nodiscard]] std::uint64_t next_position(const RingView& ring) noexcept;

[[nodiscard]] Resume resume_from(const Ring& ring, const Storage& storage);

}  // namespace pipeline
