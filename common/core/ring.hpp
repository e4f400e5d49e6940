// SPDX-License-Identifier: Apache-2.0
// The ring between the producer and the consumers: items are pushed and claimed in batches, each side under a
// lock of its own, so that the two sides do not contend. The shared area holds the ring's whole state. A Ring
// object only adds a few values that claim() and push() remember; each process makes its own object when it
// attaches.
//
// Why two locks and hands instead of a lock-free queue: a lock-free writer that dies after it has reserved a
// slot and before it has published it leaves a hole that stops everyone. Here one store commits (layout.hpp,
// I1), and a robust lock reports that its owner died.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "common/core/hand.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

// A read-only view of a ring, for a read-only mapping.
class RingView {
  public:
    RingView(const RingArea& area, Capacity capacity) noexcept
        : area_(&area),
          slots_(reinterpret_cast<const Item*>(&area + 1)),
          capacity_(capacity.entries),
          bytes_(reinterpret_cast<const char*>(slots_ + capacity.entries), capacity.bytes) {}

    [[nodiscard]] const RingArea& area() const noexcept { return *area_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] const Item& slot(std::uint64_t index) const noexcept { return slots_[index % capacity_]; }
    [[nodiscard]] const ByteAreaView& bytes() const noexcept { return bytes_; }
    [[nodiscard]] HandView hand(std::size_t place) const noexcept {
        return {area_->hands[place], area_->hand_items[place], static_cast<std::uint16_t>(place), bytes_};
    }
    [[nodiscard]] std::uint64_t tail() const noexcept { return loaded(area_->tail); }
    [[nodiscard]] std::uint64_t head() const noexcept { return loaded(area_->head); }
    [[nodiscard]] std::uint64_t bytes_tail() const noexcept { return loaded(area_->bytes_tail); }
    // Returns the offset from which on the ring's bytes are in use (layout.hpp, I6). Takes no lock: if items
    // move meanwhile, the result may be too low, never too high. Returns none if the hands change at each
    // try. `from`: no slot before this index has a span; the function raises it.
    [[nodiscard]] std::optional<std::uint64_t> oldest_byte(std::uint64_t& from) const noexcept;
    [[nodiscard]] bool closed() const noexcept { return loaded(area_->closed) != 0; }
    [[nodiscard]] bool stop_requested() const noexcept {
        return area_->stop.load(std::memory_order_relaxed) != 0;
    }
    // True once a stop has reached StopStep::Leave.
    [[nodiscard]] bool leave_requested() const noexcept {
        return area_->stop.load(std::memory_order_relaxed) >= static_cast<std::uint32_t>(StopStep::Leave);
    }
    [[nodiscard]] bool paused() const noexcept { return area_->paused.load(std::memory_order_relaxed) != 0; }

    // Throws DamagedMemory if a process has marked the segments as damaged.
    void require_unmarked() const {
        if (area_->damaged.load(std::memory_order_relaxed) != 0) [[unlikely]]
            throw DamagedMemory(area_->damage.load());
    }

  private:
    const RingArea* area_;
    const Item* slots_;
    std::uint32_t capacity_;
    ByteAreaView bytes_;
};

// A function that locks or moves items throws DamagedMemory when it finds a word with an impossible value. It
// checks once per batch, before it commits.
class Ring : public RingView {
  public:
    explicit Ring(RingArea& area) noexcept : Ring(area, {area.header.capacity, area.header.byte_capacity}) {}
    // The caller passes the capacity that it has checked: the capacity in shared memory may change after the
    // check.
    Ring(RingArea& area, Capacity capacity) noexcept;

    // Returns the size of a RingArea with its slots and its byte area.
    [[nodiscard]] static std::size_t size(Capacity capacity) noexcept;
    // Turns zeroed memory of that many bytes into an empty ring. Does not write the header's magic,
    // generation and total_bytes. Throws Failure if locks cannot be made.
    static void initialise(RingArea& area, Capacity capacity);

    [[nodiscard]] RingArea& area() const noexcept { return *area_; }
    [[nodiscard]] Item& slot(std::uint64_t index) const noexcept { return slots_[index % capacity_]; }
    [[nodiscard]] Hand hand(std::size_t place) const noexcept {
        return {area_->hands[place], area_->hand_items[place], static_cast<std::uint16_t>(place), bytes()};
    }

    // ---- the push side ----

    enum class PushOutcome { Pushed, Full, Closed };
    struct PushResult {
        PushOutcome outcome;
        std::size_t count;  // how many of the items are in the ring now; > 0 if Pushed
    };
    // Appends as many items as fit, in one commit, and never waits. The items' spans are spans of `bytes`:
    // the push copies these bytes into the byte area. Returns Full if no item fits, and Closed if the ring is
    // closed or its indices are used up (kMaxIndex).
    [[nodiscard]] PushResult push(std::span<const Item> items, std::string_view bytes = {});
    // Throws DamagedMemory if the tail is not `expected`. The producer, which alone moves the tail, calls it
    // with the value that it has left there.
    void require_tail(std::uint64_t expected) const {
        require_within(tail(), expected, expected, {"ring.tail"});
    }

    // True if at least half the slots are free. Only then do consumers wake a producer that waits for slots:
    // to wake it for every freed slot would cost a system call each.
    [[nodiscard]] bool has_room() const noexcept { return tail() - head() <= capacity_ / 2; }
    // For the producer, after a push that returned Full: true if a push may succeed now.
    [[nodiscard]] bool has_room_again() noexcept;
    // True if the last push() returned Full because bytes were lacking, not slots.
    [[nodiscard]] bool lacks_bytes() const noexcept { return wanted_bytes_ != 0; }

    // Closes the ring: every later push() returns Closed. Repeating it is harmless.
    void close();
    // Raises the step of the present stop to `step`; a later step stays. Wakes nobody.
    void request_stop(StopStep step) noexcept;
    // Clears closed, exhausted, list_checked, stop and paused. Only a supervisor that adopts the segments may
    // call it, while no other process has them.
    void reopen() noexcept;

    // ---- the pop side ----

    enum class ClaimOutcome { Claimed, Empty, Closed, Called };
    // Moves up to `most` items (1..kMaxBatch) from the ring into `hand`, which must be empty; waits at most
    // `bound` for the first one. Empty: none came, or another consumer held the lock all the time. Closed:
    // the ring is empty and no push follows. Called: the ring is empty, and the supervisor called
    // (call_consumers()). has_waited() is true if the last claim() found the ring empty.
    [[nodiscard]] ClaimOutcome claim(const Hand& hand, std::size_t most, std::chrono::nanoseconds bound);
    [[nodiscard]] bool has_waited() const noexcept { return has_waited_; }

    // ---- both ----

    // Makes all consumers that wait in claim() return, one after the other, to check HandArea::leave. For the
    // supervisor only.
    void call_consumers() noexcept;

    // Wakes every waiter. Call it after a death: the process may have died before it woke a waiter.
    void wake_all() noexcept;

  private:
    // Returns the number of items from `head` on. If the ring has at least `wanted` items, the result may be
    // too low, but is at least `wanted`.
    [[nodiscard]] std::uint64_t items_from(std::uint64_t head, std::uint64_t wanted) noexcept;
    // Throws DamagedMemory if the segments are marked as damaged, or if `hand` has unsaved items or items
    // beyond `head`. The caller holds the pop lock.
    void require_sound(const Hand& hand, std::uint64_t head) const;
    // Throws DamagedMemory unless the tail that items_from() has loaded is in [head, head + capacity].
    void require_tail_near(std::uint64_t head) const {
        require_within(seen_tail_, head, head + capacity_, {"ring.tail"});
    }
    [[noreturn]] void refuse_slots(std::uint64_t first) const;
    [[nodiscard]] std::size_t copy_inline(std::span<const Item> items, std::uint64_t index) noexcept;
    [[nodiscard]] bool push_bytes(const Item& item, std::string_view bytes, Item& slot, std::uint64_t index,
                                  std::uint64_t& end);
    [[nodiscard]] bool has_bytes(std::uint64_t end, std::uint64_t length) noexcept;
    [[nodiscard]] std::uint64_t checked_bytes_tail();
    void settle_head();
    [[nodiscard]] bool is_called() const noexcept {
        return area_->calls.load(std::memory_order_acquire) != seen_calls_;
    }

    RingArea* area_;
    Item* slots_;
    std::uint32_t capacity_;
    ByteArea bytes_;
    // The head for push(), and the tail for claim(), as this process last read it. Indices only rise, so an
    // old value is safe. A new read is slow, because the other side writes the index: do it only when the old
    // value is too low.
    std::uint64_t seen_head_ = 0;  // by push()
    std::uint64_t seen_tail_ = 0;  // by claim()
    // For push(): the offset from which on bytes are in use, as last read, and an index before which no slot
    // has a span. As for the head, an old value is safe.
    std::uint64_t seen_oldest_byte_ = 0;
    std::uint64_t first_spanned_ = 0;
    std::uint64_t wanted_bytes_ = 0;             // of the item for which the last push() had no room; 0: none
    std::optional<std::uint64_t> pushed_bytes_;  // bytes_tail after this object's last push with bytes
    std::uint32_t seen_calls_ = 0;  // the count of calls when claim() last returned Called or Closed
    bool has_waited_ = false;
    bool found_nothing_ = false;  // the last claim() got no item: items are rare, so do not spin
};

}  // namespace pipeline
