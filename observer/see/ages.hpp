// SPDX-License-Identifier: Apache-2.0
// The ages of the invoices in flight. A latency that is measured only when an invoice is durable stops
// growing when the pipeline stops. With these ages added, it goes on growing. The ages are read from ring,
// hands and storage without a lock: a slot that is overwritten during the read shows a younger invoice.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/shm/histogram.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct Ages {
    // When the oldest invoice in flight was acquired; none: nothing is in flight.
    std::optional<std::uint64_t> oldest_ns;
    // When the oldest invoice in the ring or in a hand was acquired; none: all results are saved.
    std::optional<std::uint64_t> oldest_unsaved_ns;
    // The ages of all invoices in flight at the time of the observation. If there are many, evenly spaced
    // samples stand for the others.
    Histogram under_way;

    [[nodiscard]] static Ages of(const RingView& ring, const StorageView& storage, const Flow& flow,
                                 std::uint64_t now_ns);
};

}  // namespace pipeline
