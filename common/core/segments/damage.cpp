// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/damage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace pipeline {
namespace {

using Where = Damage::Where;

std::optional<Damage> marked(const RingView& ring) {
    if (loaded(ring.area().damaged) == 0) return std::nullopt;
    const std::string found = ring.area().damage.load();
    return Damage{Where::Ring, found.empty() ? "a process has marked it so" : found};
}

// Returns the head that the next owner of the pop lock will work with: the settled one if the last owner
// died, else the stored one.
std::uint64_t head_of(const RingView& ring) noexcept {
    if (!ring.area().pop_lock.is_abandoned()) return ring.head();
    return settled_head(ring.head(), [&ring](std::size_t place) { return ring.hand(place).word(); });
}

// Returns the hand's word that the next owner of the save lock will work with: the settled one if the last
// owner died, else the stored one.
HandWord word_of(const HandView& hand, const StorageView& storage) noexcept {
    if (!storage.area().save_lock.is_abandoned()) return hand.word();
    return settled_hand(hand.word(), hand.place(), storage.last_save(storage.tail()));
}

// Checks the spans of one byte area, from the oldest item or record on (I6).
class SpanCheck {
  public:
    SpanCheck(const ByteAreaView& bytes, std::uint64_t tail) : bytes_(bytes), tail_(tail) {}
    // False if `span` cannot come next: it is not whole, does not lie behind the spans before it, reaches
    // beyond the tail or the area, or lies so far before the tail that its bytes were overwritten.
    [[nodiscard]] bool takes(const ByteSpan& span) noexcept {
        if (!span.is_whole() || !bytes_.can_hold(span.offset, span.bytes())) return false;
        if (span.offset < end_ || span.end() > tail_ || tail_ - span.offset > bytes_.capacity()) return false;
        end_ = span.end();
        return true;
    }

  private:
    const ByteAreaView& bytes_;
    std::uint64_t tail_;
    std::uint64_t end_ = 0;  // of the span before
};

std::optional<Damage> in_ring(const RingView& ring) {
    const RingArea& area = ring.area();
    if (!area.push_lock.is_sound() || !area.pop_lock.is_sound()) return Damage{Where::Ring, kBadLock};
    const std::uint64_t tail = ring.tail();
    if (tail > kMaxIndex || ring.head() > tail) return Damage{Where::Ring, "its head is beyond its tail"};
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandWord word = ring.hand(place).word();
        if (word.count > kMaxBatch || word.done > word.count || word.end() > tail)
            return Damage{Where::Ring, fmt::format("the hand of place {} is impossible", place)};
    }
    const std::uint64_t head = head_of(ring);
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        if (ring.hand(place).word().end() > head)
            return Damage{Where::Ring, fmt::format("it holds what the hand of place {} has taken", place)};
    }
    if (tail - head > ring.capacity()) return Damage{Where::Ring, "it holds more than its capacity"};
    for (std::uint64_t i = head; i < tail; ++i) {
        if (!ring.slot(i).has_id()) return Damage{Where::Ring, fmt::format("its invoice {} has no id", i)};
    }
    // Check the last slot even if its item was claimed: the next producer continues after it.
    for (std::uint64_t i = std::min(head, tail == 0 ? 0 : tail - 1); i < tail; ++i) {
        if (!ring.slot(i).is_slot_of(i))
            return Damage{Where::Ring, fmt::format("its invoice {} is not the one that was pushed", i)};
    }
    return std::nullopt;
}

std::optional<Damage> in_storage(const StorageView& storage, std::uint64_t acquired) {
    const StorageArea& area = storage.area();
    if (auto damage = find_damage(StorageIndices::of(area))) return damage;
    if (!area.save_lock.is_sound() || !area.flush_lock.is_sound()) return Damage{Where::Storage, kBadLock};
    if (storage.tail() > acquired)
        return Damage{Where::Storage, "it holds more results than invoices were acquired"};
    if (storage.totals().all() != storage.durable())
        return Damage{Where::Storage, "its totals are not those of what is in the ledger"};
    SpanCheck spans(storage.bytes(), storage.bytes_tail());
    for (std::uint64_t i = storage.released(); i < storage.tail(); ++i) {
        const Record& record = storage.record(i);
        if (!record.is_whole(storage.details(i)) || record.ring_index >= acquired) {
            return Damage{Where::Storage, fmt::format("its result {} is impossible", i)};
        }
        if (record.is_spanned() && !spans.takes(record.span()))
            return Damage{Where::Storage, fmt::format("the bytes of its result {} are not there", i)};
    }
    return std::nullopt;
}

// The unsaved items of one hand: those with the ring indices [first, end).
struct Held {
    std::uint64_t first;
    std::uint64_t end;
    std::size_t place;
};

// Checks the spans of all items in the order of their ring indices: those in hands (`held`, in that order),
// and those in slots from `head` on. So no two of them name the same bytes.
std::optional<Damage> in_bytes(const RingView& ring, const std::vector<Held>& held, std::uint64_t head) {
    SpanCheck spans(ring.bytes(), ring.bytes_tail());
    const auto is_right = [&spans](const Item& item) {
        return !item.is_spanned() || spans.takes(item.span());
    };
    const auto damage_of = [](std::uint64_t index) {
        return Damage{Where::Ring, fmt::format("the bytes of its invoice {} are not its own", index)};
    };
    for (const Held& part : held) {
        const HandView hand = ring.hand(part.place);
        const std::uint64_t first = hand.word().first;
        for (std::uint64_t index = part.first; index < part.end; ++index) {
            if (!is_right(hand.item(index - first))) return damage_of(index);
        }
    }
    for (std::uint64_t index = head; index < ring.tail(); ++index) {
        if (!is_right(ring.slot(index))) return damage_of(index);
    }
    return std::nullopt;
}

// Checks that every invoice that has left the ring is in exactly one hand, or saved (I5).
std::optional<Damage> in_balance(const RingView& ring, const StorageView& storage) {
    std::vector<Held> held;
    std::uint64_t in_hands = 0;
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const HandView hand = ring.hand(place);
        const HandWord word = word_of(hand, storage);
        if (word.empty()) continue;
        held.push_back({word.first + word.done, word.end(), place});
        in_hands += word.count - word.done;
        for (std::uint64_t i = word.done; i < word.count; ++i) {
            if (!hand.item(i).has_id())
                return Damage{Where::Ring,
                              fmt::format("an invoice in the hand of place {} has no id", place)};
            if (!hand.item(i).is_whole())
                return Damage{Where::Ring,
                              fmt::format("an invoice in the hand of place {} is not as it was", place)};
        }
    }
    std::sort(held.begin(), held.end(), [](const Held& a, const Held& b) { return a.first < b.first; });
    const auto twice = std::adjacent_find(held.begin(), held.end(),
                                          [](const Held& a, const Held& b) { return b.first < a.end; });
    if (twice != held.end()) {
        return Damage{Where::Ring, fmt::format("the hands of places {} and {} hold the same invoice",
                                               twice->place, std::next(twice)->place)};
    }
    const std::uint64_t taken = head_of(ring);
    if (storage.tail() + in_hands != taken) {
        return Damage{Where::Ring,
                      fmt::format("of {} invoices that were taken from it, {} are saved and {} in hands",
                                  taken, storage.tail(), in_hands)};
    }
    return in_bytes(ring, held, taken);
}

}  // namespace

// The indices only rise. So each index is loaded before those that it must not exceed: then no move of items
// during the check looks like disorder.
std::optional<Damage> find_disorder(const RingView& ring, const StorageView& storage) {
    if (auto damage = marked(ring)) return damage;
    Where where = Where::Ring;
    try {
        const std::uint64_t tail_before = ring.tail();
        const std::uint64_t head = ring.head();
        std::uint64_t furthest = head;
        for (std::size_t place = 0; place < kMaxPlaces; ++place) {
            const HandWord word = ring.hand(place).word();
            require_within(word.count, 0, kMaxBatch, {"ring.hands", place, ".count"});
            require_within(word.done, 0, word.count, {"ring.hands", place, ".done"});
            furthest = std::max(furthest, word.end());
        }
        require_within(ring.tail(), furthest, kMaxIndex, {"ring.tail"});
        require_within(tail_before, 0, head + ring.capacity(), {"ring.tail"});
        where = Where::Storage;
        storage.require_order();
    } catch (const DamagedMemory& damage) {
        return Damage{where, damage.what()};
    }
    return std::nullopt;
}

std::optional<Damage> find_damage(const RingView& ring, const StorageView& storage) {
    if (auto damage = marked(ring)) return damage;
    if (auto damage = in_ring(ring)) return damage;
    if (auto damage = in_storage(storage, ring.tail())) return damage;
    return in_balance(ring, storage);
}

StorageIndices StorageIndices::of(const StorageArea& area) noexcept {
    return {loaded(area.released), loaded(area.durable_word) >> 1U, loaded(area.tail), area.header.capacity};
}

std::optional<Damage> find_damage(const StorageIndices& indices) {
    const auto [released, durable, tail, capacity] = indices;
    if (released > durable || durable > tail || tail - released > capacity)
        return Damage{Where::Storage, "its indices are out of order"};
    return std::nullopt;
}

}  // namespace pipeline
