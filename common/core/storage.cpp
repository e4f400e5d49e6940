// SPDX-License-Identifier: Apache-2.0
#include "common/core/storage.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// Copies an id, and with it the rest of each cache line that the id reaches into: a copy of fixed length
// compiles to a few moves.
void copy_id(IdBytes& to, const IdBytes& from, std::size_t length) noexcept {
    constexpr std::size_t kFirst = 64 - offsetof(Record, id);
    constexpr std::size_t kSecond = kFirst + 64;
    std::memcpy(to.data(), from.data(), kFirst);
    if (length > kFirst) std::memcpy(to.data() + kFirst, from.data() + kFirst, kSecond - kFirst);
    if (length > kSecond) std::memcpy(to.data() + kSecond, from.data() + kSecond, kInlineIdBytes - kSecond);
}

// Writes all of a record but its id and its seal.
void write_fields(Record& record, const Item& item, const Finding& finding, std::uint64_t now_ns) noexcept {
    record.position = item.position.load(std::memory_order_relaxed);
    record.acquired_ns = item.acquired_ns;
    record.saved_ns = now_ns;
    record.attempts = static_cast<std::uint8_t>(finding.attempts);
    record.status = finding.status;
    record.parts = finding.details != nullptr ? Record::kHasDetails : 0;
    if (finding.attempt != nullptr) [[unlikely]] {
        record.parts |= Record::kHasAttempt;
        record.attempt = *finding.attempt;
        record.attempt.seal = record.attempt.seal_now();
        // The item of an ordered source has the source's present position instead (GivenAgain).
        if (record.attempt.is_given_again()) record.position = record.attempt.position;
    }
    record.outcome = static_cast<Outcome>(finding.status);
}

}  // namespace

Totals StorageView::totals(std::uint64_t durable_word) const noexcept {
    const Totals& totals = area_->totals[durable_word & 1U];
    return {loaded_plain(totals.booked),     loaded_plain(totals.rejected), loaded_plain(totals.failed),
            loaded_plain(totals.duplicates), loaded_plain(totals.waiting),  loaded_plain(totals.given_again)};
}

std::optional<LastSave> StorageView::last_save(std::uint64_t tail) const noexcept {
    if (tail == 0) return std::nullopt;
    const Record& last = record(tail - 1);
    return LastSave{loaded_plain(last.place) % kMaxPlaces, loaded_plain(last.ring_index)};
}

std::uint64_t StorageView::oldest_byte(std::uint64_t& from) const noexcept {
    from = std::max(from, released());
    const std::uint64_t end = std::min(tail(), from + capacity_);  // a damaged tail ends the search too
    while (from < end && !record(from).is_spanned()) ++from;
    return from < end ? record(from).span().offset : bytes_tail();
}

Storage::Storage(StorageArea& area, Capacity capacity, const Ring& ring) noexcept
    : StorageView(area, capacity),
      area_(&area),
      records_(reinterpret_cast<Record*>(&area + 1)),
      details_(reinterpret_cast<Details*>(records_ + capacity.entries)),
      capacity_(capacity.entries),
      bytes_(reinterpret_cast<char*>(details_ + capacity.entries), capacity.bytes),
      ring_(ring) {}

std::size_t Storage::size(Capacity capacity) noexcept {
    return sizeof(StorageArea) + std::size_t{capacity.entries} * (sizeof(Record) + sizeof(Details)) +
           capacity.bytes;
}

void Storage::initialise(StorageArea& area, Capacity capacity) {
    area.header.layout_version = kLayoutVersion;
    area.header.capacity = capacity.entries;
    area.header.byte_capacity = capacity.bytes;
    area.save_lock.initialise();
    area.flush_lock.initialise();
}

std::size_t Storage::save(const Hand& hand, std::span<const Finding> findings) {
    const std::uint64_t now = monotonic_ns();
    wanted_bytes_ = 0;
    std::uint64_t count = 0;
    std::uint64_t end = 0;  // of the bytes of these records; 0: none has any
    bool frees_bytes = false;
    {
        const auto guard = area_->save_lock.lock([this] { settle_hand(); });
        ring_.require_unmarked();
        require_order();
        const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
        // Record tail - 1 is evidence until the commit (I3): save at most capacity - 1 at once.
        count = std::min<std::uint64_t>({findings.size(), free_records(), capacity_ - 1U});
        if (count == 0) return 0;
        HandWord word = hand.word();
        const std::uint64_t most_done = word.count - std::min<std::uint64_t>(word.count, findings.size());
        require_within(word.done, 0, most_done, {"ring.hands", hand.place(), ".done"});
        bool are_whole = true;
        fence_before_overwrite();
        std::size_t at = tail % capacity_;
        for (std::uint64_t i = 0; i < count; ++i) {
            const Item& item = hand.item(word.done + i);
            are_whole &= item.is_whole();
            Record& record = records_[at];
            record.ring_index = word.first + word.done + i;
            record.place = hand.place();
            write_fields(record, item, findings[i], now);
            if (findings[i].details != nullptr)
                std::memcpy(&details_[at], findings[i].details, sizeof(Details));
            if (item.is_spanned() || findings[i].extra != nullptr) [[unlikely]] {
                hand.require_whole(word.done + i);
                if (!write_bytes(record, item, findings[i], end)) {
                    count = i;
                    break;
                }
                frees_bytes |= item.is_spanned();
            } else {
                record.id_length = item.id_length;
                copy_id(record.id, item.id, inline_length(item.id_length));
            }
            record.seal = record.seal_now(details_[at]);
            if (++at == capacity_) at = 0;
        }
        if (!are_whole) [[unlikely]] {
            for (std::uint64_t i = word.done; i < word.done + count; ++i) hand.require_whole(i);
        }
        if (count == 0) return 0;
        if (end != 0) area_->bytes_tail.store(end, std::memory_order_release);
        // Commit: a kill before this store leaves the items in the hand, and they are processed again. A kill
        // after it leaves them in the storage, and the next owner of the lock moves the hand's `done` past
        // them (settle_hand()).
        area_->tail.store(tail + count, std::memory_order_release);
        word.done += count;
        hand.set_word(word);
    }
    // The items' bytes are free in the ring now. (If this process is killed before it says so, the producer
    // looks again at the end of its bounded wait.)
    if (frees_bytes) ring_.area().producer.notify();
    return count;
}

// Writes the id of a record, and what belongs to it, into the byte area, behind `end` (0: behind its tail).
// Returns false if there is no room for these bytes.
bool Storage::write_bytes(Record& record, const Item& item, const Finding& finding, std::uint64_t& end) {
    const std::string_view id = item.id_in(ring_.bytes());
    const ExtraText* const extra = finding.extra;
    // The ledger may reject a booked invoice because of its terms (--same-number).
    const bool may_be_rejected = extra != nullptr && extra->kind == Extra::Invoice;
    const bool has_body = item.has_new_body() && (finding.status != Status::Booked || may_be_rejected);
    if (extra == nullptr && !has_body && id.size() <= kInlineIdBytes) {
        // The item has a span only because of its body, or because it was given again.
        record.id_length = static_cast<std::uint8_t>(id.size() | (item.id_length & kIdUnusable));
        id.copy(record.id.data(), id.size());
        return true;
    }
    const std::string_view text = extra == nullptr ? std::string_view() : std::string_view(extra->text);
    const std::string_view body = has_body ? item.body_in(ring_.bytes()) : std::string_view();
    Extra kind = extra == nullptr ? Extra::None : extra->kind;
    const KeptBody header = KeptBody::make(body, kind);
    const std::string_view before = has_body ? header.bytes() : std::string_view();
    if (has_body) kind = Extra::Kept;
    const std::uint64_t length = id.size() + before.size() + body.size() + text.size();
    if (end == 0) end = checked_bytes_tail();
    if (!has_bytes(end, length)) {
        wanted_bytes_ = length;
        return false;
    }
    const std::uint64_t offset = bytes_.place_for(end, length);
    end = offset;
    for (const std::string_view part : {id, before, body, text}) {
        bytes_.write(end, part);
        end += part.size();
        area_->save_lock.beat();
    }
    ByteSpan::make(offset, id, kind, length - id.size()).store(record.id);
    record.id_length = static_cast<std::uint8_t>(kSpanned | (item.id_length & kIdUnusable));
    return true;
}

// True if `length` bytes fit behind `end`. Looks for free bytes only if those known from before do not
// suffice.
bool Storage::has_bytes(std::uint64_t end, std::uint64_t length) noexcept {
    if (bytes_.has_room(seen_oldest_byte_, end, length)) return true;
    seen_oldest_byte_ = std::max(seen_oldest_byte_, oldest_byte(first_spanned_));
    return bytes_.has_room(seen_oldest_byte_, end, length);
}

// Returns bytes_tail. Throws DamagedMemory if it is below what this process has seen, or within the last
// record's span.
std::uint64_t Storage::checked_bytes_tail() const {
    const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
    const bool has_last = tail != 0 && record(tail - 1).is_spanned();
    const std::uint64_t least = has_last ? record(tail - 1).span().end() : 0;
    const std::uint64_t end = area_->bytes_tail.load(std::memory_order_relaxed);
    require_within(end, std::max(least, seen_oldest_byte_), kMaxByteOffset, {"storage.bytes_tail"});
    return end;
}

// Other processes move these words meanwhile, but only up. Load each word before those that it must not
// exceed.
void StorageView::require_order() const {
    const std::uint64_t tail_before = tail();
    const std::uint64_t known_released = released();
    const std::uint64_t known_durable = durable();
    require_within(known_durable, known_released, tail(), {"storage.durable_word's index"});
    require_within(tail_before, 0, known_released + capacity_, {"storage.tail"});
}

void Storage::require_sound(std::uint64_t end) const {
    ring_.require_unmarked();
    require_order();
    require_within(totals().all(), durable(), durable(), {"the sum of storage.totals"});
    for (std::uint64_t index = durable(); index < end; ++index) require_whole(index);
}

void Storage::require_whole(std::uint64_t index) const {
    if (record(index).is_whole(details(index))) return;
    refuse_word({"storage's record", index % capacity_, "'s seal"}, record(index).seal,
                "does not fit its ring index, place, status, attempts, lengths and outcome");
}

void Storage::settle_hand() {
    const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
    const auto last = last_save(tail);
    if (!last) return;
    require_whole(tail - 1);
    const Hand hand = ring_.hand(last->place);
    const HandWord word = hand.word();
    const HandWord settled = settled_hand(word, last->place, last);
    // Do not write a word that is settled already: the hand's consumer may be alive, and its claim may change
    // the word meanwhile.
    if (settled.done != word.done) hand.set_word(settled);
    // The dead owner has not told the producer that the items' bytes are free. Do so inside the lock, so that
    // after a kill here the next owner does it again.
    ring_.area().producer.notify();
}

void Storage::settle() {
    const auto guard = area_->save_lock.lock([this] { settle_hand(); });
}

void Storage::wait_for_room(std::chrono::nanoseconds bound) {
    const auto until = std::chrono::steady_clock::now() + bound;
    const auto guard = area_->save_lock.lock_for(bound, [this] { settle_hand(); });
    if (!guard) return;
    static_cast<void>(
        area_->room.wait_for(until - std::chrono::steady_clock::now(), [this] { return has_room_again(); }));
}

// True if a save may find room now. The caller holds the save lock.
bool Storage::has_room_again() noexcept {
    return free_records() != 0 && (!lacks_bytes() || has_bytes(bytes_tail(), wanted_bytes_));
}

void Storage::set_durable(std::uint64_t durable, const Totals& added) {
    const std::uint64_t which = area_->durable_word.load(std::memory_order_relaxed) & 1U;
    fence_before_overwrite();
    const Totals& before = area_->totals[which];
    Totals& after = area_->totals[which ^ 1U];
    after.booked = before.booked + added.booked;
    after.rejected = before.rejected + added.rejected;
    after.failed = before.failed + added.failed;
    after.duplicates = before.duplicates + added.duplicates;
    after.waiting = before.waiting + added.waiting;
    after.given_again = before.given_again + added.given_again;
    // Commit: after a kill before this store, the next leader gives the same records to the ledger again. The
    // ledger then finds their rows and returns the same outcomes.
    area_->durable_word.store((durable << 1U) | (which ^ 1U), std::memory_order_release);
}

void Storage::release(std::uint64_t released) noexcept {
    // Commit: after a kill before this store, the next producer acknowledges the same records again, which is
    // harmless.
    area_->released.store(released, std::memory_order_release);
    area_->room.notify();
}

}  // namespace pipeline
