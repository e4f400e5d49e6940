// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/liveness.hpp"

#include "common/base/clock.hpp"
#include "common/core/pace/permits.hpp"

namespace pipeline {

bool Liveness::look(const Sight& sight, TimePoint now) noexcept {
    if (!sight.has_work || !moving_ || *moving_ != sight.moving) {
        moving_ = sight.moving;
        moved_at_ = now;
    }
    const auto still = now - moved_at_;
    if (!sight.is_working) return still < kPatience;
    return item_timeout_ == item_timeout_.zero() || still < item_timeout_ + kPatience;
}

Liveness::Sight Liveness::sight_of(const Ring& ring, const Storage& storage, std::size_t places) noexcept {
    Sight sight;
    const std::uint64_t durable = storage.durable();
    sight.has_work = ring.tail() != durable && !is_paced(ring.area(), monotonic_ns());
    // Add numbers that only grow: the sum changes whenever one of them does. ring.tail() is left out, because
    // the producer may push while nobody claims anything. The beats() of the flush lock count attempts to
    // flush, successful or not.
    sight.moving =
        ring.head() + storage.tail() + durable + storage.released() + storage.area().flush_lock.beats();
    for (std::size_t place = 0; place < places; ++place) {
        const HandArea& hand = ring.area().hands[place];
        const std::uint64_t work = hand.work.load(std::memory_order_relaxed);
        if ((work & 1U) != 0) sight.is_working = true;
        // Multiply: a plain sum could stay the same when the work of one hand ends and that of another
        // begins.
        sight.moving = sight.moving * 31 + work + hand.word.load(std::memory_order_relaxed);
    }
    return sight;
}

}  // namespace pipeline
