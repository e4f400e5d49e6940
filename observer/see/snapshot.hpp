// SPDX-License-Identifier: Apache-2.0
// A snapshot: a pipeline's state at one moment, read from its segments without a lock and without a write. It
// can be taken of a pipeline that runs, hangs or is dead, and its numbers are consistent. The views (such as
// the audit) use the snapshot and never read the segments themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/segments/segments_view.hpp"
#include "observer/see/process_state.hpp"

namespace pipeline {

// Counts of items by where they are. Each acquired item counts in exactly one of `in_ring`, `in_hands` and
// `saved`.
struct Flow {
    std::uint64_t acquired = 0;  // pushed into the ring since the segments were created
    std::uint64_t in_ring = 0;
    std::uint64_t in_hands = 0;  // claimed and not yet saved
    std::uint64_t saved = 0;     // in storage, or already released from it
    std::uint64_t durable = 0;   // items that are in the ledger, according to the segments
    Totals outcomes{};           // how many durable items had each outcome

    // Acquired items that are nowhere; negative if some are in two places. Always 0 without a defect.
    [[nodiscard]] std::int64_t missing() const noexcept {
        return static_cast<std::int64_t>(acquired - in_ring - in_hands - saved);
    }
};

struct ProcessSight {
    enum class Role : std::uint8_t { Producer, Consumer };
    using State = ProcessState;
    Role role = Role::Producer;
    std::uint16_t place = 0;  // consumers only
    std::uint32_t pid = 0;
    State state = State::Dead;
};

struct Snapshot {
    std::string source;
    std::string ledger;
    std::uint64_t generation = 0;
    Flow flow;
    std::vector<ProcessSight> processes;  // producer and consumers that are registered, alive or dead
    Reach reach = Reach::Here;
};

// Reads the exact flow of one moment: reads all words repeatedly, until two reads in a row are equal. If a
// process was killed after it had moved an item by one word and before it updated the others, counts the item
// as moved (settle.hpp). Returns none if no two reads in a row are equal for a whole second.
[[nodiscard]] std::optional<Flow> read_flow(const RingView& ring, const StorageView& storage);

// Made for frequent observations: an exact flow if that takes no longer than `patience`, else a single read.
// The words of a single read are a few microseconds apart: no count is negative, no item is missing, and an
// item that moved meanwhile counts where it was before or where it is now.
struct LiveFlow {
    Flow flow;
    bool is_exact = false;  // all words are of one moment
};
[[nodiscard]] LiveFlow look_at_flow(const RingView& ring, const StorageView& storage,
                                    std::chrono::nanoseconds patience);

// Takes a snapshot of the pipeline. Throws Failure NotDrained if read_flow() returns none.
[[nodiscard]] Snapshot take_snapshot(const SegmentsView& segments);

}  // namespace pipeline
