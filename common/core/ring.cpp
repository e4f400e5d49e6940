// SPDX-License-Identifier: Apache-2.0
#include "common/core/ring.hpp"

#include <algorithm>
#include <utility>

#include "common/core/settle.hpp"
#include "common/shm/loaded.hpp"

namespace pipeline {

Ring::Ring(RingArea& area, Capacity capacity) noexcept
    : RingView(area, capacity),
      area_(&area),
      slots_(reinterpret_cast<Item*>(&area + 1)),
      capacity_(capacity.entries),
      bytes_(reinterpret_cast<char*>(slots_ + capacity.entries), capacity.bytes) {}

std::size_t Ring::size(Capacity capacity) noexcept {
    return sizeof(RingArea) + std::size_t{capacity.entries} * sizeof(Item) + capacity.bytes;
}

void Ring::initialise(RingArea& area, Capacity capacity) {
    area.header.layout_version = kLayoutVersion;
    area.header.capacity = capacity.entries;
    area.header.byte_capacity = capacity.bytes;
    area.push_lock.initialise();
    area.pop_lock.initialise();
}

Ring::PushResult Ring::push(std::span<const Item> items, std::string_view bytes) {
    std::size_t count = 0;
    wanted_bytes_ = 0;
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
        fence_before_overwrite();  // low_watermark() and observers read slots without a lock
        std::uint64_t index = tail;
        std::uint64_t end = 0;  // of the bytes of these items; 0: none has any
        for (std::span<const Item> rest = items.first(count); !rest.empty(); rest = rest.subspan(1)) {
            const std::size_t copied = copy_inline(rest, index);
            index += copied;
            rest = rest.subspan(copied);
            if (rest.empty() || !push_bytes(rest.front(), bytes, slot(index), index, end)) break;
            ++index;
        }
        count = index - tail;
        if (count == 0) return {PushOutcome::Full, 0};
        if (end != 0) {
            area_->bytes_tail.store(end, std::memory_order_release);
            pushed_bytes_ = end;
        }
        // Commit: a kill before this store leaves the items in the source, a kill after it leaves them in the
        // ring.
        area_->tail.store(index, std::memory_order_release);
    }
    area_->items.notify();
    return {PushOutcome::Pushed, count};
}

// Copies items into the slots from `index` on, up to the first one that has a span. Returns how many it has
// copied. Not inlined: the code for spans would take the registers that this loop needs.
[[gnu::noinline]] std::size_t Ring::copy_inline(std::span<const Item> items, std::uint64_t index) noexcept {
    Item* const slots = slots_;  // a local copy: else the compiler reloads the member after each item
    const std::size_t capacity = capacity_;
    std::size_t at = index % capacity;
    std::size_t copied = 0;
    for (const Item& item : items) {
        if (item.is_spanned()) [[unlikely]]
            break;
        slots[at].copy_into_slot(item, index + copied++);
        if (++at == capacity) at = 0;
    }
    return copied;
}

// Copies the item into the slot of `index`, and its bytes into the byte area, behind `end` (0: behind its
// tail). Returns false if there is no room for the bytes.
bool Ring::push_bytes(const Item& item, std::string_view bytes, Item& slot, std::uint64_t index,
                      std::uint64_t& end) {
    const ByteSpan span = item.span();
    if (end == 0) end = checked_bytes_tail();
    if (!has_bytes(end, span.bytes())) {
        wanted_bytes_ = span.bytes();
        return false;
    }
    const std::uint64_t offset = bytes_.place_for(end, span.bytes());
    bytes_.write(offset, bytes.substr(span.offset, span.bytes()));
    slot.copy_into_slot(item, index);
    span.moved_to(offset).store(slot.id);
    end = offset + span.bytes();
    area_->push_lock.beat();
    return true;
}

// True if `length` bytes fit behind `end`. Looks for free bytes only if those known from before do not
// suffice.
bool Ring::has_bytes(std::uint64_t end, std::uint64_t length) noexcept {
    if (bytes_.has_room(seen_oldest_byte_, end, length)) return true;
    if (const auto oldest = oldest_byte(first_spanned_))
        seen_oldest_byte_ = std::max(seen_oldest_byte_, *oldest);
    return bytes_.has_room(seen_oldest_byte_, end, length);
}

// Returns bytes_tail. Throws DamagedMemory if it is not what this producer's last push has left, or, before
// its first push with bytes, if it lies within the newest span.
std::uint64_t Ring::checked_bytes_tail() {
    const std::uint64_t end = area_->bytes_tail.load(std::memory_order_relaxed);
    if (!pushed_bytes_) {
        const std::uint64_t tail = area_->tail.load(std::memory_order_relaxed);
        // Look only at slots that no push can have been overwriting when it was killed.
        const std::uint64_t first =
            std::min(area_->head.load(std::memory_order_acquire), tail - std::min<std::uint64_t>(tail, 1));
        std::uint64_t newest = tail;
        while (newest != first && !slot(newest - 1).is_spanned()) --newest;
        const bool has_any = newest != first;
        require_within(end, has_any ? slot(newest - 1).span().end() : 0, kMaxByteOffset, {"ring.bytes_tail"});
        pushed_bytes_ = end;
    }
    require_within(end, *pushed_bytes_, *pushed_bytes_, {"ring.bytes_tail"});
    return end;
}

bool Ring::has_room_again() noexcept {
    return lacks_bytes() ? has_bytes(bytes_tail(), wanted_bytes_) : has_room();
}

std::optional<std::uint64_t> RingView::oldest_byte(std::uint64_t& from) const noexcept {
    // Items only move forward, from slots into hands (layout.hpp, I5), and only the caller pushes. So this
    // order sees each item with a span at least once. The bytes of a hand that changes meanwhile are not
    // free: they may be those of another claim.
    std::uint64_t oldest = bytes_tail();
    from = std::max(from, head());
    const std::uint64_t end = std::min(tail(), from + capacity_);  // a damaged tail ends the search too
    while (from < end && !slot(from).is_spanned()) ++from;
    if (from < end) oldest = slot(from).span().offset;
    for (std::size_t place = 0; place < kMaxPlaces; ++place) {
        const auto in_hand = hand(place).oldest_byte();
        if (!in_hand) return std::nullopt;
        oldest = std::min(oldest, *in_hand);
    }
    return oldest;
}

void Ring::close() {
    {
        const auto guard = area_->push_lock.lock([] {});
        area_->closed.store(1, std::memory_order_release);
    }
    area_->items.notify();
}

void Ring::request_stop(StopStep step) noexcept {
    const auto wanted = static_cast<std::uint32_t>(step);
    std::uint32_t present = area_->stop.load(std::memory_order_relaxed);
    while (present < wanted &&
           !area_->stop.compare_exchange_weak(present, wanted, std::memory_order_release)) {
    }
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
