// SPDX-License-Identifier: Apache-2.0
// Everything that can be seen of a pipeline from outside at one moment, read from its segments without a lock
// and without writing: it works on a pipeline that runs, hangs or is dead, and what is shown belongs
// together. The views (audit, and whatever else is to be shown) take it as it is and never look into the
// segments themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "observer/see/process_state.hpp"

namespace pipeline {

// The ways of an item, counted. Each item of the ring is in exactly one of these places.
struct Flow {
    std::uint64_t acquired = 0;  // pushed into the ring since the segments were made
    std::uint64_t in_ring = 0;
    std::uint64_t in_hands = 0;  // claimed and not yet saved
    std::uint64_t saved = 0;     // in storage, or through it
    std::uint64_t durable = 0;   // of the saved ones, those that the segments say are in the ledger
    Totals outcomes{};           // what became of the durable ones

    // Acquired items that are nowhere; negative if some are in two places. 0 but for a defect.
    [[nodiscard]] std::int64_t missing() const noexcept {
        return static_cast<std::int64_t>(acquired - in_ring - in_hands - saved);
    }
};

struct ProcessSight {
    enum class Role : std::uint8_t { Producer, Consumer };
    using State = ProcessState;
    Role role = Role::Producer;
    std::uint16_t place = 0;  // of a consumer
    std::uint32_t pid = 0;
    State state = State::Dead;
};

struct Snapshot {
    std::string source;
    std::string ledger;
    std::uint64_t generation = 0;
    Flow flow;
    std::vector<ProcessSight> processes;  // that have said who they are, and not that they left in order
    Reach reach = Reach::Here;
};

// The flow alone, of one moment: looks twice and takes what has not changed in between. A word that a kill
// left behind is counted as its next owner will settle it. None if the segments changed for a whole second
// between every two looks.
[[nodiscard]] std::optional<Flow> read_flow(const Ring& ring, const Storage& storage);

// For whoever looks often and shows what it sees: the same if that comes within `patience`, else what a
// single look has seen. Its words then belong to moments a few microseconds apart: nothing is negative,
// nothing is missing, and what moved meanwhile is counted where it came from or where it went.
struct LiveFlow {
    Flow flow;
    bool is_exact = false;  // of one moment
};
[[nodiscard]] LiveFlow look_at_flow(const Ring& ring, const Storage& storage,
                                    std::chrono::nanoseconds patience);

// Throws Failure NotDrained if the flow could not be read.
[[nodiscard]] Snapshot take_snapshot(const Segments& segments);

}  // namespace pipeline
