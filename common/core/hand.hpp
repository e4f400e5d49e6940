// SPDX-License-Identifier: Apache-2.0
// A hand: the items that the consumer of one place has claimed and not yet saved. It lies in shared memory,
// so that a successor can finish a dead consumer's items.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/core/layout.hpp"
#include "common/os/process_id.hpp"
#include "common/shm/damaged_memory.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

// HandArea::word, unpacked. `first` is the ring index of the hand's item 0; done <= count <= kMaxBatch.
struct HandWord {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t done = 0;

    static constexpr unsigned kCountBits = 9;
    static constexpr unsigned kIndexBits = 46;

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return (first << (2 * kCountBits)) | (count << kCountBits) | done;
    }
    [[nodiscard]] static constexpr HandWord unpack(std::uint64_t word) noexcept {
        constexpr std::uint64_t kMask = (1U << kCountBits) - 1;
        return {word >> (2 * kCountBits), (word >> kCountBits) & kMask, word & kMask};
    }
    [[nodiscard]] constexpr std::uint64_t end() const noexcept { return first + count; }
    [[nodiscard]] constexpr bool empty() const noexcept { return done >= count; }
};

// HandArea::work, unpacked: the ring index of the item that is being processed, the attempt's number, and
// whether the item was a suspect (HandView::is_suspect()) when the attempt began. Attempt 0 means that the
// work is shared: the consumer's program has further items of the hand, and any of them may kill the
// consumer.
struct WorkWord {
    std::uint64_t index = 0;
    std::uint8_t attempt = 0;
    bool is_active = false;  // false: no item is being processed
    bool is_suspect = false;

    [[nodiscard]] constexpr bool is_shared() const noexcept { return attempt == 0; }

    static constexpr unsigned kAttemptShift = 1;
    static constexpr unsigned kSuspectShift = 9;
    static constexpr unsigned kBeatShift = 10;
    static constexpr unsigned kBeatMask = 0xff;
    static constexpr unsigned kIndexShift = 18;

    [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
        return (index << kIndexShift) | (std::uint64_t{is_suspect ? 1U : 0U} << kSuspectShift) |
               (std::uint64_t{attempt} << kAttemptShift) | std::uint64_t{is_active ? 1U : 0U};
    }
    [[nodiscard]] static constexpr std::uint64_t pack_beat(std::uint32_t beat) noexcept {
        return std::uint64_t{beat & kBeatMask} << kBeatShift;
    }
    [[nodiscard]] static constexpr WorkWord unpack(std::uint64_t word) noexcept {
        return {word >> kIndexShift, static_cast<std::uint8_t>(word >> kAttemptShift), (word & 1U) != 0,
                (word >> kSuspectShift & 1U) != 0};
    }
};

// The limit of ring indices, so that they fit in a hand's word. It is 7e13 items: 81 days without a restart,
// at ten million items a second. A ring that reaches it closes and drains.
inline constexpr std::uint64_t kMaxIndex = (std::uint64_t{1} << HandWord::kIndexBits) - 1;

// How an attempt at an invoice failed: how the consumer, or the program that it had started, died. The reason
// of a failed invoice shows the cause. A cause fits in 16 bits.
class Cause {
  public:
    // Returns the cause for a wait status from waitpid(2).
    [[nodiscard]] static Cause from_wait_status(int status) noexcept {
        return Cause(static_cast<std::uint16_t>((static_cast<unsigned>(status) & 0xff7fU) | kKnown));
    }
    // The cause of a process that was killed because the invoice took longer than --item-timeout.
    [[nodiscard]] static Cause ran_too_long() noexcept { return Cause(kRanTooLong); }
    // The causes of a program that was killed because it gave an invalid answer, or because it closed its
    // input or output, so that no answer could come.
    [[nodiscard]] static Cause not_understood() noexcept { return Cause(kNotUnderstood); }
    [[nodiscard]] static Cause closed_stream() noexcept { return Cause(kClosedStream); }
    [[nodiscard]] static Cause decode(std::uint32_t encoded) noexcept {
        return Cause(static_cast<std::uint16_t>(encoded));
    }
    [[nodiscard]] std::uint16_t encode() const noexcept { return encoded_; }
    // Returns the code of Attempt::exit_status: kNoExitStatus unless the process ended by itself or by a
    // signal that was not ours.
    [[nodiscard]] std::uint16_t exit_status() const noexcept;
    // "killed by signal 11 (SIGSEGV)", "exit status 3", "ran longer than 30 s" (the item timeout), "gave an
    // answer that is not understood", "closed its input or output", "cause unknown".
    [[nodiscard]] std::string text(std::chrono::nanoseconds item_timeout) const;

  private:
    explicit Cause(std::uint16_t encoded) noexcept : encoded_(encoded) {}
    static constexpr std::uint16_t kKnown = 0x80;  // marks a known cause (the core dump bit of a wait status)
    // The following causes have the low byte 0x7f. In a wait status it means "stopped", which is never a
    // death.
    static constexpr std::uint16_t kRanTooLong = 0x7f;
    static constexpr std::uint16_t kNotUnderstood = 0x17f;
    static constexpr std::uint16_t kClosedStream = 0x27f;
    std::uint16_t encoded_;
};

// A read-only view of a hand, for a read-only mapping.
class HandView {
  public:
    // `bytes` is the ring's byte area.
    HandView(const HandArea& area, const HandItems& items, std::uint16_t place, ByteAreaView bytes) noexcept
        : area_(&area), items_(items.data()), place_(place), bytes_(bytes) {}

    [[nodiscard]] std::uint16_t place() const noexcept { return place_; }
    [[nodiscard]] HandWord word() const noexcept { return HandWord::unpack(loaded(area_->word)); }
    [[nodiscard]] bool empty() const noexcept { return word().empty(); }
    // Returns the number i of the hand's item that is being processed, or that was being processed when the
    // consumer died; none if there is no such item.
    [[nodiscard]] std::optional<std::uint64_t> at_work() const noexcept;
    [[nodiscard]] bool is_work_shared() const noexcept {
        return WorkWord::unpack(loaded(area_->work)).is_shared();
    }
    [[nodiscard]] const Item& item(std::uint64_t i) const noexcept { return items_[i]; }
    // Return the id and the body of item i, in place: valid until the item's result is saved. For the place's
    // consumer. body() has no data if the invoice has no body. Both throw DamagedMemory if the item's span is
    // not one of the byte area.
    [[nodiscard]] std::string_view id(std::uint64_t i) const { return item(i).id_in(bytes_); }
    [[nodiscard]] std::string_view body(std::uint64_t i) const { return item(i).body_in(bytes_); }
    // Returns what item i tells of its earlier rounds; none if it was not given again. As id().
    [[nodiscard]] std::optional<GivenAgain> given_again(std::uint64_t i) const {
        return item(i).given_again_in(bytes_);
    }
    // Returns the offset of the oldest bytes of the ring's byte area that unsaved items of this hand have, or
    // UINT64_MAX if they have none. Takes no lock; returns none if the hand changes at each try.
    [[nodiscard]] std::optional<std::uint64_t> oldest_byte() const noexcept;
    [[nodiscard]] const HandArea& area() const noexcept { return *area_; }
    // Return how many attempts at item i have failed, and how the last one failed.
    [[nodiscard]] std::uint8_t deaths(std::uint64_t i) const noexcept {
        return static_cast<std::uint8_t>(item(i).blame.load(std::memory_order_relaxed));
    }
    [[nodiscard]] Cause cause(std::uint64_t i) const noexcept {
        return Cause::decode(item(i).blame.load(std::memory_order_relaxed) >> 8U);
    }
    // True if item i is a suspect: it was being processed when its consumer died, and nobody knows whether it
    // caused the death. (All processes were killed at once, or the program had further items.) A consumer
    // must process a suspect by itself, while no other consumer works: if a process dies then, it is the
    // item's fault.
    [[nodiscard]] bool is_suspect(std::uint64_t i) const noexcept {
        return (item(i).blame.load(std::memory_order_relaxed) & kSuspect) != 0;
    }
    [[nodiscard]] bool has_suspect() const noexcept;

  protected:
    static constexpr std::uint32_t kSuspect = 1U << 24U;  // the bit in an item's blame that marks a suspect

  private:
    const HandArea* area_;
    const Item* items_;
    std::uint16_t place_;
    ByteAreaView bytes_;
};

// A writable hand: for the place's consumer, and for processes that settle the hand.
class Hand : public HandView {
  public:
    Hand(HandArea& area, HandItems& items, std::uint16_t place, ByteAreaView bytes) noexcept
        : HandView(area, items, place, bytes), area_(&area), items_(items.data()) {}

    // Returns the hand's word. Throws DamagedMemory if it counts more items than a hand can hold, or more
    // done than claimed.
    [[nodiscard]] HandWord word() const {
        const HandWord word = HandView::word();
        require_within(word.count, 0, kMaxBatch, {"ring.hands", place(), ".count"});
        require_within(word.done, 0, word.count, {"ring.hands", place(), ".done"});
        return word;
    }
    // Throws DamagedMemory if a bit of item i's blame or of its id's length has flipped (Item::is_whole()).
    void require_whole(std::uint64_t i) const {
        if (!item(i).is_whole()) [[unlikely]]
            refuse_item(i);
    }
    [[nodiscard]] Item& item(std::uint64_t i) const noexcept { return items_[i]; }
    [[nodiscard]] HandArea& area() const noexcept { return *area_; }

    // Stores HandArea::word, which is the commit word of a claim, and a derived word of a save.
    void set_word(HandWord word) const noexcept { area_->word.store(word.pack(), std::memory_order_release); }

    // ---- for the place's own consumer ----

    // Takes the place over from its last consumer. If that consumer died while it processed an item, charges
    // the death to the item (attempts and cause in its blame) or makes the item a suspect (is_suspect()).
    // Charges it only if the consumer processed it alone, and if the cause is known or the item was a suspect
    // already. Idempotent: if a kill interrupts take_over(), repeating it charges only once.
    void take_over(ProcessId consumer) const;
    // Clears the consumer's id. Call it when the consumer leaves in good order.
    void leave() const noexcept { area_->process.store(0, std::memory_order_release); }
    // True if the supervisor wants the place's consumer to leave.
    [[nodiscard]] bool is_told_to_leave() const noexcept {
        return area_->leave.load(std::memory_order_relaxed) != 0;
    }

    // Call begin_work() before the processing of item i, and end_work() after it: if the consumer dies in
    // between, its successor blames item i (take_over()). `first` is HandWord::first.
    // `beat`: a new value makes the supervisor's watch measure the item's time anew.
    // `is_shared`: the program has further items, so a death only makes item i a suspect.
    void begin_work(std::uint64_t first, std::uint64_t i, std::uint32_t beat = 0,
                    bool is_shared = false) const noexcept {
        const auto attempt = static_cast<std::uint8_t>(is_shared ? 0 : deaths(i) + 1);
        const std::uint64_t word = WorkWord{first + i, attempt, true, is_suspect(i)}.pack();
        area_->work.store(word | WorkWord::pack_beat(beat), std::memory_order_release);
    }
    void end_work() const noexcept { area_->work.store(0, std::memory_order_release); }
    // Call it after begin_work(), when the program fails at item i and the consumer lives on. Charges the
    // failed attempt to item i as the consumer's death would be charged, and ends the work.
    void charge(std::uint64_t i, Cause cause) const noexcept;
    void set_since(std::uint64_t ns) const noexcept { area_->since_ns.store(ns, std::memory_order_relaxed); }

  private:
    void settle_blame(std::uint64_t i, const WorkWord& work) const;
    [[noreturn]] void refuse_item(std::uint64_t i) const;

    HandArea* area_;
    Item* items_;
};

}  // namespace pipeline
