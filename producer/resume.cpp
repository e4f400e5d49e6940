// SPDX-License-Identifier: Apache-2.0
#include "producer/resume.hpp"

namespace pipeline {

Resume resume_from(const Ring& ring, const Storage& storage) {
    Resume resume;
    const std::uint64_t tail = ring.tail();
    resume.acquired = tail;
    if (ring.area().ordered != 0) {
        resume.start = ring.area().start_position;
        resume.position = resume.start;
        if (tail != 0) {
            const Item& last = ring.slot(tail - 1);
            resume.position = last.position.load() + last.extent.load();
        }
        return resume;
    }
    resume.source_file = ring.area().source_file;
    resume.bare_inodes = ring.area().bare_inodes != 0;
    // Items only move forward: looking in this order misses none.
    for (std::uint64_t i = ring.head(); i < tail; ++i) resume.in_flight.insert(ring.slot(i).position.load());
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const Hand hand = ring.hand(place);
        const HandWord word = hand.word();
        for (std::uint64_t i = word.done; i < word.count; ++i)
            resume.in_flight.insert(hand.item(i).position.load());
    }
    const std::uint64_t saved = storage.tail();
    for (std::uint64_t i = storage.released(); i < saved; ++i)
        resume.in_flight.insert(storage.record(i).position);
    return resume;
}

}  // namespace pipeline
