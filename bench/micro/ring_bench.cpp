// SPDX-License-Identifier: Apache-2.0
// An item's way through the ring and into storage, in one thread: what the instructions cost when no other
// processor has touched the memory. Batches of 1, 64 and 256; rates are items a second.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench/harness/shared.hpp"
#include "bench/harness/workload.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"

namespace pipeline::bench {
namespace {

constexpr Capacity kCapacity(16'384, kByteUnit);
constexpr std::chrono::milliseconds kBound{500};

RingArea& new_ring() {
    auto& area = *static_cast<RingArea*>(shared_bytes(Ring::size(kCapacity)));
    Ring::initialise(area, kCapacity);
    return area;
}

StorageArea& new_storage() {
    auto& area = *static_cast<StorageArea*>(shared_bytes(Storage::size(kCapacity)));
    Storage::initialise(area, kCapacity);
    return area;
}

struct Segments {
    Ring ring{new_ring()};
    Storage storage{new_storage(), ring};
};

std::vector<Item> batch_of(std::size_t count) {
    std::vector<Item> items(count);
    Workload<Item> workload(36);
    workload.prepare(items);
    workload.fill(items);
    return items;
}

void count_items(benchmark::State& state, std::size_t batch) {
    state.SetItemsProcessed(static_cast<std::int64_t>(static_cast<std::size_t>(state.iterations()) * batch));
}

void push_and_claim(benchmark::State& state) {
    const auto batch = static_cast<std::size_t>(state.range(0));
    Segments segments;
    const std::vector<Item> items = batch_of(batch);
    const Hand hand = segments.ring.hand(0);
    for (auto _ : state) {
        if (segments.ring.push(items).count != batch) state.SkipWithError("the ring is full");
        if (segments.ring.claim(hand, batch, kBound) != Ring::ClaimOutcome::Claimed)
            state.SkipWithError("nothing came");
        HandWord word = hand.word();
        word.done = word.count;
        hand.set_word(word);
    }
    count_items(state, batch);
}
BENCHMARK(push_and_claim)->Arg(1)->Arg(64)->Arg(256);

void push_claim_and_save(benchmark::State& state) {
    const auto batch = static_cast<std::size_t>(state.range(0));
    Segments segments;
    const std::vector<Item> items = batch_of(batch);
    const std::vector<Finding> findings(batch);
    const Hand hand = segments.ring.hand(0);
    for (auto _ : state) {
        if (segments.ring.push(items).count != batch) state.SkipWithError("the ring is full");
        if (segments.ring.claim(hand, batch, kBound) != Ring::ClaimOutcome::Claimed)
            state.SkipWithError("nothing came");
        if (segments.storage.save(hand, findings) != batch) state.SkipWithError("storage is full");
        segments.storage.set_durable(segments.storage.tail(), Totals{batch, 0, 0, 0});
        segments.storage.release(segments.storage.durable());
    }
    count_items(state, batch);
}
BENCHMARK(push_claim_and_save)->Arg(1)->Arg(64)->Arg(256);

}  // namespace
}  // namespace pipeline::bench
