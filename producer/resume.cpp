// SPDX-License-Identifier: Apache-2.0
#include "producer/resume.hpp"

#include <algorithm>
#include <string>

#include "common/core/list_marks.hpp"

namespace pipeline {
namespace {

// add_list() copies at most this many lines after the last mark. The producer leaves marks so often that
// fewer lines than this follow the last mark.
constexpr std::uint64_t kMostUnmarked = 8192;

// Adds the list's marks, and the lines after the last mark. These lines are still in the ring's slots: a slot
// keeps its item until the producer uses the slot again.
void add_list(const Ring& ring, Resume& resume) {
    resume.marks = ListMarks(ring.area().list_marks).up_to(resume.position);
    resume.list_checked = ring.area().list_checked.load(std::memory_order_acquire) != 0;
    if (resume.marks.empty()) return;
    const std::uint64_t tail = ring.tail();
    std::uint64_t first = tail;
    std::uint64_t next_position = resume.position;
    while (first != 0 && tail - first < std::min<std::uint64_t>(ring.capacity(), kMostUnmarked)) {
        const Item& item = ring.slot(first - 1);
        if (item.extent.load() == 0 && item.is_slot_of(first - 1)) {  // given again: no line of its own
            --first;
            continue;
        }
        const std::uint64_t position = item.position.load();
        // A producer that was killed in a push may have overwritten the oldest slots with lines that are not
        // in the ring. Their positions lie beyond all others, and a push writes the position first.
        const bool is_overwritten = position >= next_position || !item.is_slot_of(first - 1);
        if (is_overwritten || position < resume.marks.back().position) break;
        next_position = position;
        --first;
    }
    for (; first != tail; ++first) {
        const Item& item = ring.slot(first);
        if (item.extent.load() == 0) continue;
        resume.unmarked.push_back({item.position.load(), label_in(item.id_length, item.id)});
    }
}

}  // namespace

std::uint64_t next_position(const RingView& ring) noexcept {
    const std::uint64_t tail = ring.tail();
    if (tail == 0) return ring.area().start_position;
    const Item& last = ring.slot(tail - 1);
    return last.position.load() + last.extent.load();
}

Resume resume_from(const Ring& ring, const Storage& storage) {
    Resume resume;
    const std::uint64_t tail = ring.tail();
    resume.acquired = tail;
    resume.source_file = ring.area().source_file;
    if (ring.area().ordered != 0) {
        resume.start = ring.area().start_position;
        resume.position = next_position(ring);
        add_list(ring, resume);
        return resume;
    }
    resume.bare_inodes = ring.area().bare_inodes != 0;
    // Consumers may move items meanwhile, but only forward: from the ring into a hand (HandArea), from a hand
    // into storage. So reading the ring, the hands and the storage in this order misses no item.
    for (std::uint64_t i = ring.head(); i < tail; ++i) resume.in_flight.insert(ring.slot(i).position.load());
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const Hand hand = ring.hand(place);
        const HandWord word = hand.word();
        for (std::uint64_t i = word.done; i < word.count; ++i)
            resume.in_flight.insert(hand.item(i).position.load());
    }
    const std::uint64_t saved = storage.tail();
    const std::uint64_t durable = storage.durable();
    for (std::uint64_t i = storage.released(); i < saved; ++i) {
        const Record& record = storage.record(i);
        resume.in_flight.insert(record.position);
        if (i < durable) resume.unacknowledged.emplace(record.position, record.outcome);
    }
    return resume;
}

}  // namespace pipeline
