// SPDX-License-Identifier: Apache-2.0
#include "observer/see/ages.hpp"

#include <algorithm>
#include <memory>

#include "common/shm/loaded.hpp"
#include "observer/see/current_invoice.hpp"

namespace pipeline {
namespace {

constexpr std::uint64_t kSamples = 64;  // at most this many samples of the ring, and as many of the storage

void take_older(std::optional<std::uint64_t>& oldest, std::uint64_t ns) noexcept {
    oldest = std::min(oldest.value_or(ns), ns);
}

// Adds the ages of `count` items, of which the i-th was acquired at `acquired_ns(i)`.
template <class Acquired>
void add_ages(HistogramArea& ages, std::uint64_t count, std::uint64_t now_ns, Acquired&& acquired_ns) {
    const std::uint64_t samples = std::min(count, kSamples);
    for (std::uint64_t i = 0; i < samples; ++i) {
        // Sample i is the oldest of the items [begin, end), and stands for them.
        const std::uint64_t begin = i * count / samples;
        const std::uint64_t end = (i + 1) * count / samples;
        const std::uint64_t acquired = acquired_ns(begin);
        ages.add(now_ns > acquired ? now_ns - acquired : 0, end - begin);
    }
}

}  // namespace

Ages Ages::of(const RingView& ring, const StorageView& storage, const Flow& flow, std::uint64_t now_ns) {
    Ages ages;
    const auto counted = std::make_unique<HistogramArea>();
    const std::uint64_t in_ring = std::min<std::uint64_t>(flow.in_ring, ring.capacity());
    const std::uint64_t head = flow.acquired - flow.in_ring;
    const auto in_slot = [&](std::uint64_t i) { return loaded_plain(ring.slot(head + i).acquired_ns); };
    if (in_ring != 0) take_older(ages.oldest_unsaved_ns, in_slot(0));
    add_ages(*counted, in_ring, now_ns, in_slot);
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandView hand = ring.hand(place);
        const auto oldest = oldest_in_hand_ns(hand);
        if (!oldest) continue;
        take_older(ages.oldest_unsaved_ns, *oldest);
        // Count all items of the hand with the age of the oldest one: they were claimed together, so the
        // others are hardly younger.
        const HandWord word = hand.word();
        const std::uint64_t unsaved = word.count > word.done ? word.count - word.done : 0;
        counted->add(now_ns > *oldest ? now_ns - *oldest : 0, std::min<std::uint64_t>(unsaved, kMaxBatch));
    }
    // The storage holds records nearly in the order of acquisition, but a slow invoice's record comes later.
    // So the oldest record may be anywhere: look at all of them.
    const std::uint64_t saved = flow.saved > flow.durable ? flow.saved - flow.durable : 0;
    const std::uint64_t records = std::min<std::uint64_t>(saved, storage.capacity());
    const auto in_record = [&](std::uint64_t i) {
        return loaded_plain(storage.record(flow.durable + i).acquired_ns);
    };
    ages.oldest_ns = ages.oldest_unsaved_ns;
    for (std::uint64_t i = 0; i < records; ++i) take_older(ages.oldest_ns, in_record(i));
    add_ages(*counted, records, now_ns, in_record);
    ages.under_way = Histogram(*counted);
    return ages;
}

}  // namespace pipeline
