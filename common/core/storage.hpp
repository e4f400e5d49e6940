// SPDX-License-Identifier: Apache-2.0
// The storage between the consumers and the ledger: a ring of records. Consumers save results into it, one
// consumer at a time leads the flush into the ledger (flush.hpp), and the producer releases durable records
// once it has acknowledged them to the source. Its size is fixed: if the ledger or the source is slow, the
// storage fills up and the consumers wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "common/core/layout.hpp"
#include "common/core/record.hpp"
#include "common/core/ring.hpp"
#include "common/core/settle.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

// A read-only view of a storage, for a read-only mapping.
class StorageView {
  public:
    StorageView(const StorageArea& area, Capacity capacity) noexcept
        : area_(&area),
          records_(reinterpret_cast<const Record*>(&area + 1)),
          capacity_(capacity.entries),
          bytes_(reinterpret_cast<const char*>(records_ + capacity.entries) + details_size(capacity),
                 capacity.bytes) {}

    [[nodiscard]] const StorageArea& area() const noexcept { return *area_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] const Record& record(std::uint64_t index) const noexcept {
        return records_[index % capacity_];
    }
    [[nodiscard]] const ByteAreaView& bytes() const noexcept { return bytes_; }
    // Returns the id of a record that is not released. Throws DamagedMemory if its span is not one of the
    // byte area.
    [[nodiscard]] std::string_view id(std::uint64_t index) const { return record(index).id_in(bytes_); }
    [[nodiscard]] std::uint64_t bytes_tail() const noexcept { return loaded(area_->bytes_tail); }
    // Returns the offset from which on the storage's bytes are in use (layout.hpp, I6). Exact under the save
    // lock, else only for display. `from`: no record before this index has a span; the function raises it.
    [[nodiscard]] std::uint64_t oldest_byte(std::uint64_t& from) const noexcept;
    [[nodiscard]] std::uint64_t tail() const noexcept { return loaded(area_->tail); }
    [[nodiscard]] std::uint64_t durable() const noexcept { return loaded(area_->durable_word) >> 1U; }
    [[nodiscard]] std::uint64_t released() const noexcept { return loaded(area_->released); }
    // Returns the totals of the records below durable(). They are consistent for the flush leader, and for
    // any caller while nobody flushes; otherwise they may change during the copy.
    [[nodiscard]] Totals totals() const noexcept { return totals(loaded(area_->durable_word)); }
    // Returns the totals that belong to `durable_word`. (A leader writes only the other element of `totals`.)
    [[nodiscard]] Totals totals(std::uint64_t durable_word) const noexcept;
    // Throws DamagedMemory unless released <= durable <= tail <= released + capacity (layout.hpp, I4). Needs
    // no lock.
    void require_order() const;
    [[nodiscard]] const Details& details(std::uint64_t index) const noexcept {
        return reinterpret_cast<const Details*>(records_ + capacity_)[index % capacity_];
    }
    // Returns place and ring index of the record that was saved last (record `tail` - 1); none if no result
    // was ever saved.
    [[nodiscard]] std::optional<LastSave> last_save(std::uint64_t tail) const noexcept;

  protected:
    [[nodiscard]] static std::size_t details_size(Capacity capacity) noexcept {
        return std::size_t{capacity.entries} * sizeof(Details);
    }

  private:
    const StorageArea* area_;
    const Record* records_;
    std::uint32_t capacity_;
    ByteAreaView bytes_;
};

// A function that locks throws DamagedMemory when it finds a word with an impossible value.
class Storage : public StorageView {
  public:
    // `ring` holds the hands whose `done` a save advances. Both segments must be of the same generation.
    Storage(StorageArea& area, const Ring& ring) noexcept
        : Storage(area, {area.header.capacity, area.header.byte_capacity}, ring) {}
    // The caller passes the capacity that it has checked: the capacity in shared memory may change later.
    Storage(StorageArea& area, Capacity capacity, const Ring& ring) noexcept;

    // size() returns the size of a storage segment. initialise() turns zeroed memory of that size into an
    // empty storage, but does not write the header's magic, generation and total_bytes.
    [[nodiscard]] static std::size_t size(Capacity capacity) noexcept;
    // The most bytes that a record has beside a body.
    static constexpr std::uint64_t kMostBesideBody = kMaxIdBytes + sizeof(KeptBody) + kMaxResultBytes;
    static void initialise(StorageArea& area, Capacity capacity);

    [[nodiscard]] StorageArea& area() const noexcept { return *area_; }
    [[nodiscard]] Record& record(std::uint64_t index) const noexcept { return records_[index % capacity_]; }
    [[nodiscard]] RecordRange range(std::uint64_t first, std::size_t size) const noexcept {
        return {records_, details_, capacity_, bytes(), first, size};
    }

    // Saves the findings of the hand's next items (from item `done` on), as many as there is room for, and
    // advances the hand's `done`. Returns how many it has saved, possibly 0. Never waits for room. The bytes
    // of an id that has a span are copied from the ring's byte area, and become free there. So is the body of
    // an invoice that is not booked, or that the ledger may reject, unless the ledger has it already
    // (kept_body.hpp). The storage's byte area must have room for such a body with its id and result
    // (kMostBesideBody).
    [[nodiscard]] std::size_t save(const Hand& hand, std::span<const Finding> findings);
    // True if the last save() saved less than it got because bytes were lacking, not records.
    [[nodiscard]] bool lacks_bytes() const noexcept { return wanted_bytes_ != 0; }
    // Waits at most `bound` until a save may find room.
    void wait_for_room(std::chrono::nanoseconds bound);
    // Locks and unlocks the save lock, and so settles the save of a consumer that died with the lock. A
    // successor calls it before it reads its hand.
    void settle();

    // Throws DamagedMemory if require_order() does, if the totals do not add up to durable(), or if a record
    // from durable() to `end` is not as it was saved. The flush leader calls it before it commits these
    // records.
    void require_sound(std::uint64_t end) const;

    // Commits a flush: the records below `durable` are in the ledger; `added` counts the outcomes of the
    // newly durable ones. Only the flush leader may call it.
    void set_durable(std::uint64_t durable, const Totals& added);
    // Frees the records below `released`, which are acknowledged to the source. Only the producer may call
    // it, or the supervisor if the producer has failed for good.
    void release(std::uint64_t released) noexcept;

    // Wakes every waiter.
    void wake_all() noexcept { area_->room.wake(); }

  private:
    [[nodiscard]] std::uint64_t free_records() const noexcept { return capacity_ - (tail() - released()); }
    [[nodiscard]] bool has_room_again() noexcept;
    [[nodiscard]] bool has_bytes(std::uint64_t end, std::uint64_t length) noexcept;
    [[nodiscard]] std::uint64_t checked_bytes_tail() const;
    [[nodiscard]] bool write_bytes(Record& record, const Item& item, const Finding& finding,
                                   std::uint64_t& end);
    void settle_hand();
    // Throws DamagedMemory if the record is not as a save left it.
    void require_whole(std::uint64_t index) const;

    StorageArea* area_;
    Record* records_;
    Details* details_;
    std::uint32_t capacity_;
    ByteArea bytes_;
    Ring ring_;
    // For save(): the offset from which on bytes are in use, as last read, and an index before which no
    // record has a span. Both only rise, so an old value is safe.
    std::uint64_t seen_oldest_byte_ = 0;
    std::uint64_t first_spanned_ = 0;
    std::uint64_t wanted_bytes_ = 0;  // of the record for which the last save() had no room; 0: none
};

}  // namespace pipeline
