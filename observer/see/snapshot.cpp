// SPDX-License-Identifier: Apache-2.0
#include "observer/see/snapshot.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "common/base/error.hpp"
#include "common/core/settle.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {
namespace {

// All words of the segments that say where items are. Each word only grows (a hand's word by its `first`,
// then by its `done`). So if two reads are equal, all words had these values at the moment between the reads.
struct Words {
    std::uint64_t tail = 0;
    std::uint64_t head = 0;
    std::uint64_t saved = 0;
    std::uint64_t durable_word = 0;
    std::array<std::uint64_t, kMaxPlaces> hands{};
    bool operator==(const Words&) const = default;
};

Words look(const RingView& ring, const StorageView& storage) noexcept {
    Words words;
    words.tail = ring.tail();
    words.head = ring.head();
    words.saved = storage.tail();
    words.durable_word = loaded(storage.area().durable_word);
    for (std::size_t place = 0; place < kMaxPlaces; ++place)
        words.hands[place] = loaded(ring.area().hands[place].word);
    return words;
}

// Counts each item where its commit word puts it (settle.hpp). A process moves items by storing a commit
// word, and then stores the words derived from it. If it was killed in between, or is in between now, the
// derived words are out of date, but the items have moved.
Flow settled(const Words& words, const std::optional<LastSave>& last, const Totals& outcomes) noexcept {
    const auto word_of = [&words](std::size_t place) { return HandWord::unpack(words.hands[place]); };
    Flow flow;
    flow.acquired = words.tail;
    flow.saved = words.saved;
    flow.durable = words.durable_word >> 1U;
    flow.outcomes = outcomes;
    flow.in_ring = words.tail - settled_head(words.head, word_of);
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandWord hand = settled_hand(word_of(place), place, last);
        flow.in_hands += hand.count - hand.done;
    }
    return flow;
}

ProcessSight sight(ProcessSight::Role role, std::uint16_t place, ProcessId process, Reach reach) {
    return {role, place, process.pid, process_state(process, reach)};
}

// Reads until two reads in a row are equal. Returns none if no two are equal within `patience`.
std::optional<Flow> exact_flow(const RingView& ring, const StorageView& storage,
                               std::chrono::nanoseconds patience) {
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + patience;
    Words words = look(ring, storage);
    do {
        // Neither of these two values is overwritten before one of the words has changed. So if the words are
        // still the same, both values belong to the same moment.
        const std::optional<LastSave> last = storage.last_save(words.saved);
        const Totals outcomes = storage.totals(words.durable_word);
        const Words again = look(ring, storage);
        if (again == words) return settled(words, last, outcomes);
        words = again;
    } while (steady_clock::now() < deadline);
    return std::nullopt;
}

// Reads each word once, in the opposite order to the items' way (the storage before the ring). So no count is
// negative: a word that is read later counts at least the items that the earlier words have counted.
Flow glance(const RingView& ring, const StorageView& storage) noexcept {
    const std::uint64_t durable_word = loaded(storage.area().durable_word);
    Flow flow;
    flow.outcomes = storage.totals(durable_word);
    flow.durable = durable_word >> 1U;
    flow.saved = std::max(storage.tail(), flow.durable);
    const std::uint64_t head = std::max(ring.head(), flow.saved);
    flow.acquired = std::max(ring.tail(), head);
    flow.in_hands = head - flow.saved;
    flow.in_ring = flow.acquired - head;
    return flow;
}

// Repeats glance() until its numbers fit together, at most kTries times. If a glance takes too long, its
// numbers do not fit: ring or storage seem to hold more than they can, or a flush has overwritten the totals.
Flow passing_flow(const RingView& ring, const StorageView& storage) noexcept {
    constexpr int kTries = 8;  // a bound, since a damaged segment's numbers never fit
    Flow flow;
    for (int i = 0; i < kTries; ++i) {
        flow = glance(ring, storage);
        const bool fits = flow.in_ring <= ring.capacity() && flow.saved - flow.durable <= storage.capacity();
        if (fits && flow.outcomes.all() == flow.durable) break;
    }
    return flow;
}

}  // namespace

std::optional<Flow> read_flow(const RingView& ring, const StorageView& storage) {
    return exact_flow(ring, storage, std::chrono::seconds(1));
}

LiveFlow look_at_flow(const RingView& ring, const StorageView& storage, std::chrono::nanoseconds patience) {
    if (const auto exact = exact_flow(ring, storage, patience)) return {*exact, true};
    return {passing_flow(ring, storage), false};
}

Snapshot take_snapshot(const SegmentsView& segments) {
    const RingView ring = segments.ring();
    const auto flow = read_flow(ring, segments.storage());
    if (!flow) {
        throw Failure(ExitStatus::NotDrained,
                      "the pipeline moves too fast to be seen at one moment: try again");
    }
    Snapshot snapshot;
    snapshot.source = segments.source();
    snapshot.ledger = segments.ledger();
    snapshot.generation = ring.area().header.generation;
    snapshot.flow = *flow;
    snapshot.reach = reach_of(segments);
    const auto add = [&snapshot](ProcessSight::Role role, std::size_t place, std::uint64_t word) {
        const ProcessId process = ProcessId::unpack(word);
        if (process.pid == 0) return;
        snapshot.processes.push_back(sight(role, static_cast<std::uint16_t>(place), process, snapshot.reach));
    };
    add(ProcessSight::Role::Producer, 0, loaded(ring.area().producer_process));
    for (std::size_t place = 0; place < kMaxPlaces; ++place)
        add(ProcessSight::Role::Consumer, place, loaded(ring.area().hands[place].process));
    return snapshot;
}

}  // namespace pipeline
