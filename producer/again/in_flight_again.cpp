// SPDX-License-Identifier: Apache-2.0
#include "producer/again/in_flight_again.hpp"

#include <optional>

#include "common/shm/damaged_memory.hpp"

namespace pipeline {
namespace {

// Adds the item's row. A consumer may be overwriting the item: then its span or its seal is not whole, and
// the caller looks again.
void add(std::vector<TakenRow>& rows, const Item& item, const ByteAreaView& bytes) {
    try {
        if (const auto earlier = item.given_again_in(bytes))
            rows.push_back({std::string(item.id_in(bytes)), item.id_unusable(), *earlier});
    } catch (const DamagedMemory&) {
        // If it is damage, the consumer finds it as well.
    }
}

}  // namespace

// Items only move forward, from the ring into a hand and from a hand into storage. So reading them in this
// order misses none.
std::vector<TakenRow> in_flight_again(const Ring& ring, const Storage& storage) {
    std::vector<TakenRow> rows;
    for (std::uint64_t i = ring.head(); i < ring.tail(); ++i) add(rows, ring.slot(i), ring.bytes());
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        constexpr int kTries = 16;
        const Hand hand = ring.hand(place);
        for (int tries = 0; tries < kTries; ++tries) {
            const HandWord word = hand.word();
            for (std::uint64_t i = word.done; i < word.count; ++i) add(rows, hand.item(i), ring.bytes());
            if (hand.word().pack() == word.pack()) break;
        }
    }
    for (std::uint64_t i = storage.released(); i < storage.tail(); ++i) {
        const Record& record = storage.record(i);
        if (!record.is_given_again()) continue;
        TakenRow row{std::string(storage.id(i)), record.id_unusable(), {}};
        row.earlier.position = record.attempt.position;
        row.earlier.round = record.attempt.round;
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace pipeline
