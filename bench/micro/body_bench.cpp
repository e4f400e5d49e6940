// SPDX-License-Identifier: Apache-2.0
// The cost of a body on its way through the ring, beyond copying and reading its bytes, which the second
// function does alone, in an area of the same size. Bytes/s are those of the bodies.
#include <benchmark/benchmark.h>
#include <algorithm>

#include <cstring>
#include <memory>
#include <string>

#include "bench/body/bodies.hpp"
#include "bench/harness/shared.hpp"
#include "common/core/ring.hpp"

namespace pipeline::bench {
namespace {

constexpr Capacity kBodyCapacity(16'384, kBacklogBytes);

std::uint64_t sum_of(std::string_view bytes) {
    std::uint64_t sum = 0;
    std::uint64_t word = 0;
    for (std::size_t at = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
        std::memcpy(&word, bytes.data() + at, sizeof word);
        sum += word;
    }
    return sum;
}

void note_bytes(benchmark::State& state) {
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void push_claim_and_read_body(benchmark::State& state) {
    static RingArea& area = *[] {
        auto* const made = static_cast<RingArea*>(shared_bytes(Ring::size(kBodyCapacity)));
        Ring::initialise(*made, kBodyCapacity);
        return made;
    }();
    Ring ring(area);
    const Hand hand = ring.hand(0);
    const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
    std::string bytes;
    Item item;
    item.set_id_and_body(std::string(kBodyIdBytes, 'i'), body, body.size(), bytes);
    for (auto _ : state) {
        if (ring.push({&item, 1}, bytes).count != 1 ||
            ring.claim(hand, 1, std::chrono::nanoseconds(0)) != Ring::ClaimOutcome::Claimed) {
            state.SkipWithError("no room, or no item");
            break;
        }
        benchmark::DoNotOptimize(sum_of(hand.body(0)));
        HandWord word = hand.word();
        word.done = word.count;
        hand.set_word(word);
        area.producer.notify();
    }
    note_bytes(state);
}
BENCHMARK(push_claim_and_read_body)->Arg(1 << 10)->Arg(1 << 14)->Arg(1 << 20);

void copy_and_read_body(benchmark::State& state) {
    static char* const area = static_cast<char*>(shared_bytes(kBacklogBytes));
    const std::string body(static_cast<std::size_t>(state.range(0)), 'b');
    std::size_t at = 0;
    for (auto _ : state) {
        std::copy(body.begin(), body.end(), area + at);
        benchmark::DoNotOptimize(sum_of({area + at, body.size()}));
        at = (at + body.size()) % kBacklogBytes;
    }
    note_bytes(state);
}
BENCHMARK(copy_and_read_body)->Arg(1 << 10)->Arg(1 << 14)->Arg(1 << 20);

}  // namespace
}  // namespace pipeline::bench
