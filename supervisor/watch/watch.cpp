// SPDX-License-Identifier: Apache-2.0
#include "supervisor/watch/watch.hpp"

#include <sys/wait.h>

#include <algorithm>

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds kTick{500};

// True if a child that waitid(2) selects by `which` and `pid` is stopped. Does not wait. Only children
// matter, because the supervisor kills no other processes.
bool is_child_stopped(idtype_t which, std::uint32_t pid = 0) noexcept {
    siginfo_t told{};
    return ::waitid(which, pid, &told, WSTOPPED | WNOHANG | WNOWAIT) == 0 && told.si_pid != 0;
}

}  // namespace

Watch::Watch(const Ring& ring, const Storage& storage, nanoseconds item_timeout)
    : ring_(ring), storage_(storage) {
    set_item_timeout(item_timeout);
}

void Watch::set_item_timeout(nanoseconds item_timeout) noexcept {
    item_timeout_ = item_timeout;
    tick_ = kTick;
    idle_tick_ = kIdleTick;
    if (item_timeout_ > nanoseconds::zero()) {
        const auto tenth = std::chrono::duration_cast<milliseconds>(item_timeout_ / 10);
        tick_ = std::clamp(tenth, milliseconds(10), kTick);
        idle_tick_ = std::clamp(tenth, tick_, kIdleTick);
    }
}

std::vector<Watch::Stalled> Watch::look(TimePoint now, std::size_t places) {
    if (next_look_ && now - *next_look_ > 3 * tick_) {
        locks_ = {};
        hands_ = {};
    }
    is_one_stopped_ = is_child_stopped(P_ALL);
    next_look_ = now + tick();
    std::vector<Stalled> stalled;
    look_at_lock(ring_.area().push_lock, locks_[0], Owner::MustGoOn, now, stalled);
    look_at_pop_lock(now, stalled);
    look_at_lock(storage_.area().save_lock, locks_[2], Owner::MustGoOn, now, stalled);
    look_at_lock(storage_.area().flush_lock, locks_[3], Owner::MayWait, now, stalled);
    if (item_timeout_ > nanoseconds::zero()) {
        for (std::size_t place = 0; place < places; ++place) look_at_hand(place, now, stalled);
    }
    return stalled;
}

milliseconds Watch::tick() const noexcept {
    const bool is_idle = ring_.tail() == storage_.released() && !is_one_stopped_;
    return is_idle ? idle_tick_ : tick_;
}

// Looks at the pop lock. While the ring is empty, the owner of the lock waits for items: it may hold the lock
// for long, unless it is stopped. Once the ring has an item, the owner's time counts from the time when that
// item was acquired.
void Watch::look_at_pop_lock(TimePoint now, std::vector<Stalled>& stalled) {
    const RobustMutex& lock = ring_.area().pop_lock;
    const std::uint64_t head = ring_.head();
    if (ring_.tail() == head) {
        look_at_lock(lock, locks_[1], Owner::MayWait, now, stalled);
    } else {
        // The producer may have put a later item into this slot by now. Then the counted time is too short,
        // which is safe.
        const auto until_now = static_cast<std::uint64_t>(now.time_since_epoch().count());
        const TimePoint acquired{nanoseconds(std::min(ring_.slot(head).acquired_ns, until_now))};
        look_at_lock(lock, locks_[1], Owner::MustGoOn, now, stalled, acquired);
    }
}

nanoseconds Watch::unchanged(Sight& sight, std::uint64_t first, std::uint64_t second, TimePoint now) {
    if (sight.first != first || sight.second != second || sight.since == TimePoint{})
        sight = {first, second, now, false};
    return now - sight.since;
}

void Watch::look_at_lock(const RobustMutex& lock, Sight& sight, Owner may, TimePoint now,
                         std::vector<Stalled>& stalled, TimePoint not_before) {
    const std::uint32_t owner = lock.living_owner();
    const std::uint32_t holder = lock.holder();
    const std::uint64_t second = std::uint64_t{holder} << 32U | lock.beats();
    const nanoseconds as_seen = unchanged(sight, owner, second, now);
    if (holder != 0 && owner == 0 && !sight.told && as_seen >= kNoOwnerPatience) {
        sight.told = true;
        const auto why = is_child_stopped(P_PID, holder) ? Stalled::Why::HoldsLock : Stalled::Why::IsNoOwner;
        stalled.push_back({{holder, 0}, why, 0});
        return;
    }
    const auto still = std::min(as_seen, now - not_before);
    if (owner == 0 || sight.told || still < kLockPatience) return;
    if (may == Owner::MayWait && !is_child_stopped(P_PID, owner)) return;
    sight.told = true;
    stalled.push_back({{owner, 0}, Stalled::Why::HoldsLock, 0});
}

void Watch::look_at_hand(std::size_t place, TimePoint now, std::vector<Stalled>& stalled) {
    const HandArea& area = ring_.area().hands[place];
    const std::uint64_t work = area.work.load(std::memory_order_acquire);
    // Compare the process word as well: if a successor tries the same item again, the time begins anew.
    const std::uint64_t process = area.process.load(std::memory_order_acquire);
    const auto still = unchanged(hands_[place], work, process, now);
    if ((work & 1U) == 0 || hands_[place].told || still < item_timeout_) return;
    hands_[place].told = true;
    stalled.push_back(
        {ProcessId::unpack(process), Stalled::Why::ItemTimeout, static_cast<std::uint16_t>(place), work});
}

}  // namespace pipeline
