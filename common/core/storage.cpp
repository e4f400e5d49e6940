// SPDX-License-Identifier: Apache-2.0
#include "common/core/storage.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// Copies an id, and with it the rest of each cache line that the id reaches into: a copy of fixed length
// compiles to a few moves.
void copy_id(std::array<char, kMaxIdBytes>& to, const std::array<char, kMaxIdBytes>& from,
             std::size_t length) noexcept {
    constexpr std::size_t kFirst = 64 - offsetof(Record, id);
    constexpr std::size_t kSecond = kFirst + 64;
    std::memcpy(to.data(), from.data(), kFirst);
    if (length > kFirst) std::memcpy(to.data() + kFirst, from.data() + kFirst, kSecond - kFirst);
    if (length > kSecond) std::memcpy(to.data() + kSecond, from.data() + kSecond, kMaxIdBytes - kSecond);
}

void write_record(Record& record, Details& details, const Item& item, const Finding& finding,
                  std::uint64_t ring_index, std::uint16_t place, std::uint64_t now_ns) noexcept {
    record.ring_index = ring_index;
    record.position = item.position.load(std::memory_order_relaxed);
    record.acquired_ns = item.acquired_ns;
    record.saved_ns = now_ns;
    record.place = place;
    record.attempts = static_cast<std::uint8_t>(finding.attempts);
    record.status = finding.status;
    record.has_details = finding.details != nullptr ? 1 : 0;
    record.id_length = item.id_length;
    record.outcome = static_cast<Outcome>(finding.status);
    copy_id(record.id, item.id, item.id_text().size());
    if (finding.details != nullptr) std::memcpy(&details, finding.details, sizeof details);
    record.seal = record.seal_now(details);
}

}  // namespace

Totals StorageView::totals(std::uint64_t durable_word) const noexcept {
    const Totals& totals = area_->totals[durable_word & 1U];
    return {loaded_plain(totals.booked), loaded_plain(totals.rejected), loaded_plain(totals.failed),
            loaded_plain(totals.duplicates)};
}

std::optional<LastSave> StorageView::last_save(std::uint64_t tail) const noexcept {
    if (tail == 0) return std::nullopt;
    const Record& last = record(tail - 1);
    return LastSave{loaded_plain(last.place) % kMaxPlaces, loaded_plain(last.ring_index)};
}

Storage::Storage(StorageArea& area, std::uint32_t capacity_records, const Ring& ring) noexcept
    : StorageView(area, capacity_records),
      area_(&area),
      records_(reinterpret_cast<Record*>(&area + 1)),
      details_(reinterpret_cast<Details*>(records_ + capacity_records)),
      capacity_(capacity_records),
      ring_(ring) {}

std::size_t Storage::bytes(std::uint32_t capacity_records) noexcept {
    return sizeof(StorageArea) + std::size_t{capacity_records} * (sizeof(Record) + sizeof(Details));
}

void Storage::initialise(StorageArea& area, std::uint32_t capacity_records) {
    area.header.layout_version = kLayoutVersion;
    area.header.capacity = capacity_records;
    area.save_lock.initialise();
    area.flush_lock.initialise();
}

std::size_t Storage::save(const Hand& hand, std::span<const Finding> findings) {
    const std::uint64_t now = monotonic_ns();
    const auto guard = area_->save_lock.lock([this] { settle_hand(); });
    ring_.require_unmarked();
    require_order();
    const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
    // Record tail - 1 is evidence until the commit (I3): save at most capacity - 1 at once.
    const auto count = std::min<std::uint64_t>({findings.size(), free_records(), capacity_ - 1U});
    if (count == 0) return 0;
    HandWord word = hand.word();
    const std::uint64_t most_done = word.count - std::min<std::uint64_t>(word.count, findings.size());
    require_within(word.done, 0, most_done, {"ring.hands", hand.place(), ".done"});
    bool are_whole = true;
    fence_before_overwrite();
    std::size_t at = tail % capacity_;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t offset = word.done + i;
        are_whole &= hand.item(offset).is_whole();
        write_record(records_[at], details_[at], hand.item(offset), findings[i], word.first + offset,
                     hand.place(), now);
        if (++at == capacity_) at = 0;
    }
    if (!are_whole) [[unlikely]] {
        for (std::uint64_t i = word.done; i < word.done + count; ++i) hand.require_whole(i);
    }
    // Commit: a kill before this store leaves the items in the hand, and they are processed again. A kill
    // after it leaves them in the storage, and the next owner of the lock moves the hand's `done` past them
    // (settle_hand()).
    area_->tail.store(tail + count, std::memory_order_release);
    word.done += count;
    hand.set_word(word);
    return count;
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
    if (settled.done == word.done) return;
    hand.set_word(settled);
}

void Storage::settle() {
    const auto guard = area_->save_lock.lock([this] { settle_hand(); });
}

void Storage::wait_for_room(std::chrono::nanoseconds bound) {
    const auto until = std::chrono::steady_clock::now() + bound;
    const auto guard = area_->save_lock.lock_for(bound, [this] { settle_hand(); });
    if (!guard) return;
    static_cast<void>(area_->room.wait_for(until - std::chrono::steady_clock::now(),
                                           [this] { return free_records() != 0; }));
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
