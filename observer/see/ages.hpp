// SPDX-License-Identifier: Apache-2.0
// How long what is in flight has been under way. A latency that is measured at the end alone stands still
// while everything does; together with these ages it grows. Read from ring, hands and storage in passing: a
// slot that is overwritten meanwhile shows a younger one.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/shm/histogram.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct Ages {
    // When the oldest of all was acquired; none: nothing is in flight.
    std::optional<std::uint64_t> oldest_ns;
    // The same of those in ring and hands alone, which wait for a consumer.
    std::optional<std::uint64_t> oldest_unsaved_ns;
    // Of all, at the time of the look; where they are many, of evenly spaced ones that stand for the others.
    Histogram under_way;

    [[nodiscard]] static Ages of(const Ring& ring, const Storage& storage, const Flow& flow,
                                 std::uint64_t now_ns);
};

}  // namespace pipeline
