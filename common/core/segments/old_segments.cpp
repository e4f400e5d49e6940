// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/old_segments.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/core/segments/damage.hpp"
#include "common/core/segments/layout_4.hpp"
#include "common/core/segments/segment_header.hpp"
#include "common/core/settle.hpp"
#include "common/core/terms/currency.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {
namespace {

namespace old = layout_4;

// The byte areas of converted segments, which have room for long ids and for results.
constexpr std::uint64_t kBodyBytes = std::uint64_t{256} << 10U;
constexpr std::uint64_t kResultBytes = std::uint64_t{512} << 10U;
static_assert(kResultBytes >= least_capacity_for(kMaxIdBytes + kMaxResultBytes));

// The layouts that can be converted, and the releases that made them.
struct OldLayout {
    std::uint32_t version;
    std::string_view release;
};
constexpr std::array kOldLayouts{OldLayout{old::kLayoutVersion, "0.1.0"}};

std::size_t old_ring_size(Capacity capacity) noexcept {
    return old::ring_bytes(capacity.entries);
}
std::size_t old_storage_size(Capacity capacity) noexcept {
    return old::storage_bytes(capacity.entries);
}
const SegmentShape kOldRing{kRingMagic, old::kLayoutVersion, sizeof(old::Ring), &old_ring_size, false};
const SegmentShape kOldStorage{kStorageMagic, old::kLayoutVersion, sizeof(old::Storage), &old_storage_size,
                               false};

const old::Ring& old_ring(const Segment& segment) noexcept {
    return *static_cast<const old::Ring*>(segment.address());
}
const old::Storage& old_storage(const Segment& segment) noexcept {
    return *static_cast<const old::Storage*>(segment.address());
}

bool is_old(const Segment& segment, std::uint64_t magic) noexcept {
    return layout_version_of(segment, magic) == old::kLayoutVersion;
}

void require_sound(const Segment& segment, const old::Mutex& first, const old::Mutex& second) {
    if (!first.as_mutex().is_sound() || !second.as_mutex().is_sound())
        refuse(segment, std::string("is damaged: ") + kBadLock);
}

void convert(Item& to, const old::Item& from) noexcept {
    to.position = from.position;
    to.acquired_ns = from.acquired_ns;
    to.extent = from.extent;
    to.id_length = from.id_length;
    to.blame = Item::sealed(from.blame, from.id_length);
    to.id = from.id;
}

void convert(Details& to, const old::Details& from) noexcept {
    const auto text = [](const auto& letters, std::size_t length) {
        return std::string_view(letters.data(), std::min(length, letters.size()));
    };
    to.clear();
    to.set_currency(text(from.currency, from.currency.size()));
    const int digits = minor_digits(to.currency_text());
    for (const auto amount : {Details::Net, Details::Tax, Details::Gross, Details::Due}) {
        if ((from.present & (1U << amount)) == 0) continue;
        if (const auto units = from_hundredths(from.amounts[amount], digits)) to.set_amount(amount, *units);
    }
    to.set_supplier(text(from.supplier, from.supplier_length));
    to.set_reason(text(from.reason, from.reason_length));
}

// Converts a record. `details` are its details, already converted: the seal covers them.
void convert(Record& to, const Details& details, const old::Record& from) noexcept {
    to.ring_index = from.ring_index;
    to.position = from.position;
    to.acquired_ns = from.acquired_ns;
    to.saved_ns = from.saved_ns;
    to.place = from.place;
    to.attempts = from.attempts;
    to.status = static_cast<Status>(from.status);
    to.parts = from.has_details != 0 ? Record::kHasDetails : 0;
    to.id_length = from.id_length;
    to.outcome = static_cast<Outcome>(from.outcome);
    to.seal = to.seal_now(details);
    to.id = from.id;
}

// Returns the hand's word, settled if the next owner of the save lock would settle it
// (Storage::settle_hand()).
HandWord settled_word(const old::Ring& ring, std::size_t place, const old::Storage& storage) noexcept {
    const HandWord word = HandWord::unpack(ring.hands[place].word);
    if (storage.tail == 0 || !storage.save_lock.as_mutex().is_abandoned()) return word;
    const old::Record& last = storage.records()[(storage.tail - 1) % storage.header.capacity];
    return settled_hand(word, place, LastSave{last.place, last.ring_index});
}

// Returns the head, settled if the next owner of the pop lock would settle it (Ring::settle_head()).
std::uint64_t settled_head(const old::Ring& ring) noexcept {
    if (!ring.pop_lock.as_mutex().is_abandoned()) return ring.head;
    return pipeline::settled_head(
        ring.head, [&ring](std::size_t place) { return HandWord::unpack(ring.hands[place].word); });
}

void convert_hand(RingArea& to, const old::Ring& from, std::size_t place,
                  const old::Storage& storage) noexcept {
    const old::Hand& hand = from.hands[place];
    const HandWord word = settled_word(from, place, storage);
    for (std::size_t i = 0; i < std::min<std::size_t>(word.count, old::kHandItems); ++i)
        convert(to.hand_items[place][i], from.hand_items[place][i]);
    to.hands[place].word = word.pack();
    to.hands[place].work = hand.work;
    to.hands[place].since_ns = hand.since_ns;
    to.hands[place].death = hand.death;
    to.hands[place].leave = hand.leave;
}

Segment convert_ring(const std::string& name, const Segment& ring, Capacity made_capacity,
                     const old::Storage& storage) {
    const std::uint32_t capacity = made_capacity.entries;
    const old::Ring& from = old_ring(ring);
    Segment made = Segment::create(name, Segments::ring_size(made_capacity));
    RingArea& to = *static_cast<RingArea*>(made.address());
    Ring::initialise(to, made_capacity);
    to.start_position = from.start_position;
    to.ordered = from.ordered;
    std::copy(from.source.begin(), from.source.end(), to.source.begin());
    std::copy(from.ledger.begin(), from.ledger.end(), to.ledger.begin());
    to.bare_inodes = std::string_view(from.source.data(), from.source.size()).starts_with("spool:") ? 1 : 0;
    to.stop = from.stop;
    to.paused = from.paused;
    to.tail = from.tail;
    to.closed = from.closed;
    to.exhausted = from.exhausted;
    to.expected = from.expected;
    to.head = settled_head(from);
    for (std::size_t place = 0; place < old::kPlaces; ++place) convert_hand(to, from, place, storage);
    const Ring slots(to, made_capacity);
    for (std::uint32_t i = 0; i < capacity; ++i) convert(slots.slot(i), from.slots()[i]);
    // Seal each slot with its ring index, as a push does.
    const std::uint64_t tail = from.tail;
    for (std::uint64_t i = tail - std::min<std::uint64_t>(tail, capacity); i < tail; ++i)
        slots.slot(i).blame = Item::slot_seal(i, slots.slot(i).id_length);
    finish_header(to.header, kRingShape, from.header.generation);
    return made;
}

Segment convert_storage(const std::string& name, const Segment& storage, Capacity made_capacity) {
    const std::uint32_t capacity = made_capacity.entries;
    const old::Storage& from = old_storage(storage);
    Segment made = Segment::create(name, Storage::size(made_capacity));
    StorageArea& to = *static_cast<StorageArea*>(made.address());
    Storage::initialise(to, made_capacity);
    to.tail = from.tail;
    to.durable_word = from.durable_word;
    for (std::size_t i = 0; i < from.totals.size(); ++i) {
        const old::Totals& totals = from.totals[i];
        to.totals[i] = {totals.booked, totals.rejected, totals.failed, totals.duplicates, 0, 0};
    }
    to.cursor = from.cursor;
    to.released = from.released;
    auto* const records = reinterpret_cast<Record*>(&to + 1);
    auto* const details = reinterpret_cast<Details*>(records + capacity);
    for (std::uint32_t i = 0; i < capacity; ++i) {
        convert(details[i], from.details()[i]);
        convert(records[i], details[i], from.records()[i]);
    }
    finish_header(to.header, kStorageShape, from.header.generation);
    return made;
}

}  // namespace

static_assert(old::kPlaces == kMaxPlaces && old::kHandItems == kMaxBatch && old::kSpecBytes == kMaxSpecBytes);

std::optional<std::string_view> release_of_layout(std::uint32_t version) noexcept {
    for (const OldLayout& layout : kOldLayouts) {
        if (layout.version == version) return layout.release;
    }
    return std::nullopt;
}

OldSegments::OldSegments(Segment ring, Segment storage, Capacity ring_capacity,
                         std::uint32_t storage_capacity, bool is_ring_old) noexcept
    : ring_(std::move(ring)),
      storage_(std::move(storage)),
      ring_capacity_(ring_capacity),
      storage_capacity_(storage_capacity),
      is_ring_old_(is_ring_old) {}

std::optional<OldSegments> OldSegments::open(const std::string& name) {
    std::optional<Segment> ring = Segment::open(ring_name(name), Segment::Access::ReadWrite);
    if (!ring) return std::nullopt;
    std::optional<Segment> storage = Segment::open(storage_name(name), Segment::Access::ReadWrite);
    const bool is_ring_old = is_old(*ring, kRingMagic);
    const bool is_storage_old = storage && is_old(*storage, kStorageMagic);
    if (!is_ring_old && !is_storage_old) return std::nullopt;
    if (!is_storage_old) {
        if (!ring->has_its_name()) return std::nullopt;  // the last process of the generation has just left
        refuse(*ring, storage ? "does not belong to " + segment_path(storage->name())
                              : "has lost its storage, " + segment_path(storage_name(name)));
    }
    const Capacity ring_capacity = check_header(*ring, is_ring_old ? kOldRing : kRingShape);
    const std::uint32_t storage_capacity = check_header(*storage, kOldStorage).entries;
    if (old_ring(*ring).header.generation != old_storage(*storage).header.generation) {
        if (!ring->has_its_name()) return std::nullopt;  // the next generation has come meanwhile
        refuse(*ring, "does not belong to " + segment_path(storage->name()));
    }
    return OldSegments(std::move(*ring), std::move(*storage), ring_capacity, storage_capacity, is_ring_old);
}

bool OldSegments::lock_exclusively() noexcept {
    return ::flock(ring_.fd(), LOCK_EX | LOCK_NB) == 0;
}

Segments OldSegments::convert() {
    const old::Storage& results = old_storage(storage_);
    require_sound(storage_, results.save_lock, results.flush_lock);
    if (is_ring_old_) require_sound(ring_, old_ring(ring_).push_lock, old_ring(ring_).pop_lock);
    const Capacity ring_capacity =
        is_ring_old_ ? Capacity(ring_capacity_.entries, kBodyBytes) : ring_capacity_;
    const Capacity storage_capacity(storage_capacity_, kResultBytes);
    Segment ring =
        is_ring_old_ ? convert_ring(ring_.name(), ring_, ring_capacity, results) : std::move(ring_);
    Segment storage = convert_storage(storage_.name(), storage_, storage_capacity);
    return Segments({std::move(ring), ring_capacity, std::move(storage), storage_capacity});
}

std::optional<std::uint64_t> waiting_in_old_storage(const Segment& storage) {
    if (!is_old(storage, kStorageMagic)) return std::nullopt;
    static_cast<void>(check_header(storage, kOldStorage));
    const old::Storage& area = old_storage(storage);
    const std::uint64_t durable = area.durable_word >> 1U;
    if (const auto damage =
            find_damage(StorageIndices{area.released, durable, area.tail, area.header.capacity}))
        refuse(storage, "is damaged: " + damage->what);
    return area.tail - durable;
}

}  // namespace pipeline
