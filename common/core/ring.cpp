// SPDX-License-Identifier: Apache-2.0
#include "common/core/ring.hpp"

#include <algorithm>
#include <utility>

#include "common/core/settle.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

Ring::Ring(RingArea& area, std::uint32_t capacity_slots) noexcept
    : RingView(area, capacity_slots),
      area_(&area),
      slots_(reinterpret_cast<Item*>(&area + 1)),
      capacity_(capacity_slots) {}

std::size_t Ring::bytes(std::uint32_t capacity_slots) noexcept {
    return sizeof(RingArea) + std::size_t{capacity_slots} * sizeof(Item);
}

void Ring::initialise(RingArea& area, std::uint32_t capacity_slots) {
    area.header.layout_version = kLayoutVersion;
    area.header.capacity = capacity_slots;
    area.push_lock.initialise();
    area.pop_lock.initialise();
}

Ring::PushResult Ring::push(std::span<const Item> items) {
    std::size_t count = 0;
    {
        // A dead producer leaves nothing to settle: the slots that it wrote beyond the tail are not committed
        // (I1).
        const auto guard = area_->push_lock.lock([] {});
        if (area_->closed.load(std::memory_order_relaxed) != 0) return {PushOutcome::Closed, 0};
        const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
        if (tail - seen_head_ + items.size() > capacity_) {
            seen_head_ = area_->head.load(std::memory_order_acquire);
        }
        const std::uint64_t used = tail - seen_head_;
        require_within(used, 0, capacity_, {"ring.tail minus ring.head"});
        require_unmarked();
        // Slot tail - 1 is evidence until the commit (I3): push at most capacity - 1 at once.
        count = std::min<std::size_t>({items.size(), capacity_ - used, capacity_ - 1U});
        if (count == 0) return {PushOutcome::Full, 0};
        if (tail + count > kMaxIndex) return {PushOutcome::Closed, 0};
        fence_before_overwrite();    // low_watermark() and observers read slots without a lock
        Item* const slots = slots_;  // a local copy: else the compiler reloads the member after each item
        const std::size_t capacity = capacity_;
        std::size_t at = tail % capacity;
        std::uint64_t index = tail;
        for (const Item& item : items.first(count)) {
            slots[at].copy_into_slot(item, index++);
            if (++at == capacity) at = 0;
        }
        // Commit: a kill before this store leaves the items in the source, a kill after it leaves them in the
        // ring.
        area_->tail.store(tail + count, std::memory_order_release);
    }
    area_->items.notify();
    return {PushOutcome::Pushed, count};
}

void Ring::close() {
    {
        const auto guard = area_->push_lock.lock([] {});
        area_->closed.store(1, std::memory_order_release);
    }
    area_->items.notify();
}

void Ring::reopen() noexcept {
    area_->closed.store(0, std::memory_order_release);
    area_->exhausted.store(0, std::memory_order_release);
    area_->list_checked.store(0, std::memory_order_release);
    area_->stop.store(0, std::memory_order_release);
    area_->paused.store(0, std::memory_order_release);
}

Ring::ClaimOutcome Ring::claim(const Hand& hand, std::size_t most, std::chrono::nanoseconds bound) {
    {
        // Read the clock only if the wait may be long. While the ring has items, no consumer holds the lock
        // for long.
        using Clock = std::chrono::steady_clock;
        const bool idle = items_from(this->head(), 1) == 0;
        has_waited_ = idle;
        const auto until = idle ? Clock::now() + bound : Clock::time_point{};
        const bool hopeful = !std::exchange(found_nothing_, true);
        const auto guard = area_->pop_lock.lock_for(
            bound, [this] { settle_head(); }, hopeful ? RobustMutex::kSpinRests : 0);
        if (!guard) return ClaimOutcome::Empty;
        const std::uint64_t head = area_->head.load(std::memory_order_relaxed);
        require_sound(hand, head);
        if (items_from(head, 1) == 0) {
            require_tail_near(head);
            has_waited_ = true;
            const bool ready = area_->items.wait_for(
                idle ? until - Clock::now() : bound,
                [this, head] { return tail() != head || closed() || is_called(); },
                hopeful ? Condition::kSpinRests : 0);
            if (!ready) return ClaimOutcome::Empty;
            // Read `closed` before the tail: if the ring is closed, the tail that is read afterwards is
            // final.
            const bool is_final = closed();
            if (tail() == head) {
                seen_calls_ = area_->calls.load(std::memory_order_acquire);
                return is_final ? ClaimOutcome::Closed : ClaimOutcome::Called;
            }
        }
        found_nothing_ = false;
        const std::uint64_t wanted = std::min(most, kMaxBatch);
        const std::uint64_t count = std::min(wanted, items_from(head, wanted));
        require_tail_near(head);
        fence_before_overwrite();
        const Item* const slots = slots_;
        const std::size_t capacity = capacity_;
        std::size_t at = head % capacity;
        std::uint32_t sum = 0;  // the sum of the indices that the slots' seals state
        for (std::uint64_t i = 0; i < count; ++i) {
            sum += slots[at].slot_index();
            hand.item(i).copy_from(slots[at]);
            if (++at == capacity) at = 0;
        }
        if (sum != static_cast<std::uint32_t>(count * head + count * (count - 1) / 2)) [[unlikely]]
            refuse_slots(head);
        // Commit: a kill before this store leaves the items in the ring. A kill after it leaves them in the
        // hand, and the next owner of the lock moves the head past them (settle_head()).
        hand.set_word({head, count, 0});
        area_->head.store(head + count, std::memory_order_release);
    }
    area_->producer.notify_if([this] { return has_room(); });
    return ClaimOutcome::Claimed;
}

std::uint64_t Ring::items_from(std::uint64_t head, std::uint64_t wanted) noexcept {
    if (seen_tail_ < head + wanted) seen_tail_ = tail();
    return seen_tail_ > head ? seen_tail_ - head : 0;
}

void Ring::require_sound(const Hand& hand, std::uint64_t head) const {
    require_unmarked();
    const HandWord word = hand.HandView::word();  // unchecked: its bounds follow from the checks below
    require_within(word.done, word.count, word.count, {"ring.hands", hand.place(), ".done"});
    require_within(word.end(), 0, head, {"ring.hands", hand.place(), ".first and count"});
}

void Ring::refuse_slots(std::uint64_t first) const {
    while (slot(first).is_slot_of(first)) ++first;
    refuse_word({"ring's slot", first % capacity_, "'s blame"}, slot(first).blame.load(),
                "is not what the push of its item has left");
}

void Ring::settle_head() {
    const std::uint64_t head = settled_head(area_->head.load(std::memory_order_relaxed),
                                            [this](std::size_t place) { return hand(place).word(); });
    area_->head.store(head, std::memory_order_release);
    // The dead owner may not have notified the producer, and if the ring is empty now, no claim will notify
    // it. Notify inside the lock, so that after a kill here the next owner notifies again.
    if (has_room()) area_->producer.notify();
}

void Ring::wake_all() noexcept {
    area_->items.wake();
    area_->producer.wake();
}

void Ring::call_consumers() noexcept {
    area_->calls.store(area_->calls.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    // Only the consumer that holds the pop lock sleeps on `items`. It returns and releases the lock; the next
    // consumer then takes the lock and sees the call.
    area_->items.wake();
}

}  // namespace pipeline
