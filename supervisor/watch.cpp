// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch.hpp"

#include <algorithm>

#include "common/lineage.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

}  // namespace

Watch::Watch(const Ring& ring, const Storage& storage, nanoseconds item_timeout)
    : ring_(ring), storage_(storage), item_timeout_(item_timeout), tick_(500) {
    if (item_timeout_ > nanoseconds::zero()) {
        tick_ =
            std::clamp(std::chrono::duration_cast<milliseconds>(item_timeout_ / 10), milliseconds(10), tick_);
    }
}

std::vector<Watch::Stalled> Watch::look(TimePoint now, std::size_t places) {
    if (last_look_ && now - *last_look_ > 4 * tick_) {
        locks_ = {};
        hands_ = {};
    }
    last_look_ = now;
    std::vector<Stalled> stalled;
    look_at_lock(ring_.area().push_lock, locks_[0], false, now, stalled);
    look_at_lock(ring_.area().pop_lock, locks_[1], false, now, stalled);
    look_at_lock(storage_.area().save_lock, locks_[2], false, now, stalled);
    look_at_lock(storage_.area().flush_lock, locks_[3], true, now, stalled);
    if (item_timeout_ > nanoseconds::zero()) {
        for (std::size_t place = 0; place < places; ++place) look_at_hand(place, now, stalled);
    }
    return stalled;
}

nanoseconds Watch::unchanged(Sight& sight, std::uint64_t first, std::uint64_t second, TimePoint now) {
    if (sight.first != first || sight.second != second || sight.since == TimePoint{})
        sight = {first, second, now, false};
    return now - sight.since;
}

void Watch::look_at_lock(const RobustMutex& lock, Sight& sight, bool does_io, TimePoint now,
                         std::vector<Stalled>& stalled) {
    const std::uint32_t owner = lock.owner();
    const auto still = unchanged(sight, owner, lock.beats(), now);
    if (owner == 0 || sight.told || still < kLockPatience) return;
    // An owner that waits for the disk is not stalled: only one that was stopped.
    if (does_io && !is_stopped(static_cast<pid_t>(owner))) return;
    sight.told = true;
    stalled.push_back({owner, Stalled::Why::HoldsLock, 0});
}

void Watch::look_at_hand(std::size_t place, TimePoint now, std::vector<Stalled>& stalled) {
    const HandArea& area = ring_.area().hands[place];
    const std::uint64_t work = area.work.load(std::memory_order_acquire);
    // The word takes part, so that the same index in a later attempt is seen anew.
    const auto still = unchanged(hands_[place], work, area.pid.load(std::memory_order_acquire), now);
    if ((work & 1U) == 0 || hands_[place].told || still < item_timeout_) return;
    hands_[place].told = true;
    stalled.push_back({area.pid.load(std::memory_order_acquire), Stalled::Why::ItemTimeout,
                       static_cast<std::uint16_t>(place)});
}

}  // namespace pipeline
