// SPDX-License-Identifier: Apache-2.0
// The storage between the consumers and the ledger: a ring of records. Consumers save results into it, one
// consumer at a time leads the flush into the ledger (flush.hpp), and the producer releases durable records
// once it has acknowledged them to the source. Its size is fixed (layout.hpp, I4): a slow ledger or source
// slows the consumers down, nothing grows.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "common/core/layout.hpp"
#include "common/core/record_range.hpp"
#include "common/core/ring.hpp"
#include "common/core/settle.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

// A storage to look at: all that a read-only mapping allows.
class StorageView {
  public:
    StorageView(const StorageArea& area, std::uint32_t capacity_records) noexcept
        : area_(&area), records_(reinterpret_cast<const Record*>(&area + 1)), capacity_(capacity_records) {}

    [[nodiscard]] const StorageArea& area() const noexcept { return *area_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] const Record& record(std::uint64_t index) const noexcept {
        return records_[index % capacity_];
    }
    [[nodiscard]] std::uint64_t tail() const noexcept { return loaded(area_->tail); }
    [[nodiscard]] std::uint64_t durable() const noexcept { return loaded(area_->durable_word) >> 1U; }
    [[nodiscard]] std::uint64_t released() const noexcept { return loaded(area_->released); }
    // The totals of the records below durable(). Stable for the flush leader, or while nobody flushes; other
    // callers may see them change.
    [[nodiscard]] Totals totals() const noexcept { return totals(loaded(area_->durable_word)); }
    // The same as of that durable_word: a leader writes only the other element.
    [[nodiscard]] Totals totals(std::uint64_t durable_word) const noexcept;
    // The evidence of the save that stored `tail`; none if nothing was ever saved.
    [[nodiscard]] std::optional<LastSave> last_save(std::uint64_t tail) const noexcept;

  private:
    const StorageArea* area_;
    const Record* records_;
    std::uint32_t capacity_;
};

class Storage : public StorageView {
  public:
    // `ring` holds the hands whose `done` a save advances; both segments are of one generation.
    Storage(StorageArea& area, const Ring& ring) noexcept : Storage(area, area.header.capacity, ring) {}
    Storage(StorageArea& area, std::uint32_t capacity_records, const Ring& ring) noexcept;  // as for Ring

    // The bytes of a storage segment; turns zeroed memory into an empty one: see Ring.
    [[nodiscard]] static std::size_t bytes(std::uint32_t capacity_records) noexcept;
    static void initialise(StorageArea& area, std::uint32_t capacity_records);

    [[nodiscard]] StorageArea& area() const noexcept { return *area_; }
    [[nodiscard]] Record& record(std::uint64_t index) const noexcept { return records_[index % capacity_]; }
    [[nodiscard]] RecordRange range(std::uint64_t first, std::size_t size) const noexcept {
        return {records_, details_, capacity_, first, size};
    }

    // Saves the findings of the hand's next items (from item `done` on), as many as there is room for, and
    // advances the hand's `done`. Returns how many, possibly 0. Never waits for room.
    [[nodiscard]] std::size_t save(const Hand& hand, std::span<const Finding> findings) noexcept;
    // Waits at most `bound` until a save may find room.
    void wait_for_room(std::chrono::nanoseconds bound) noexcept;
    // Locks and unlocks, which settles the save of a dead consumer before its successor reads the hand.
    void settle() noexcept;

    // For the flush leader: records below `durable` are in the ledger; `added` counts the outcomes of the new
    // ones.
    void set_durable(std::uint64_t durable, const Totals& added) noexcept;
    // For the producer: records below `released` are acknowledged to the source.
    void release(std::uint64_t released) noexcept;

    // Wakes every waiter.
    void wake_all() noexcept { area_->room.wake(); }

  private:
    [[nodiscard]] std::uint64_t free_records() const noexcept { return capacity_ - (tail() - released()); }
    void settle_hand() noexcept;

    StorageArea* area_;
    Record* records_;
    Details* details_;
    std::uint32_t capacity_;
    Ring ring_;
};

}  // namespace pipeline
