// SPDX-License-Identifier: Apache-2.0
// The ages of the invoices in flight. A latency measured only at the end stands still when the pipeline does;
// together with these ages it grows. They are read from ring, hands and storage without a lock: a slot that
// is overwritten meanwhile shows a younger invoice.
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
    // The same for ring and hands only, whose invoices wait for a consumer.
    std::optional<std::uint64_t> oldest_unsaved_ns;
    // The ages of all at the time of the look. If they are many, evenly spaced samples stand for the others.
    Histogram under_way;

    [[nodiscard]] static Ages of(const RingView& ring, const StorageView& storage, const Flow& flow,
                                 std::uint64_t now_ns);
};

}  // namespace pipeline
