// SPDX-License-Identifier: Apache-2.0
// Finds processes that live but make no progress: a consumer whose invoice takes longer than the item
// timeout, and a process that holds a lock in shared memory but does not bump RobustMutex::beats(), because
// it is stopped or in a debugger. The watch only names the processes to kill; it takes no lock.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "common/os/process_id.hpp"

namespace pipeline {

class Watch {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    // How long the owner of a lock may hold it without bumping RobustMutex::beats(). The supervisor calls
    // look() as soon as a child is stopped, and then at least every half second, so it finds a stopped owner
    // within two seconds. It may find an owner that hangs without being stopped one kIdleTick later.
    static constexpr std::chrono::milliseconds kLockPatience{1400};
    static constexpr std::chrono::milliseconds kIdleTick{4000};
    // How long the lock word (RobustMutex::holder()) may name a thread that has not stored itself as the
    // owner. An owner stores its thread id right after it has taken the lock. So after this time the named
    // thread cannot be the owner, however busy the machine is.
    static constexpr std::chrono::seconds kNoOwnerPatience{15};

    // `item_timeout`: how long a consumer may process one invoice; 0: without limit.
    Watch(const Ring& ring, const Storage& storage, std::chrono::nanoseconds item_timeout);

    // Sets another limit. It holds for the invoices that are being processed, too.
    void set_item_timeout(std::chrono::nanoseconds item_timeout) noexcept;

    struct Stalled {
        ProcessId process;  // with HoldsLock or IsNoOwner only the pid: a lock stores no start time
        // IsNoOwner: the lock word names the process, but the process has not stored itself as the owner.
        enum class Why { ItemTimeout, HoldsLock, IsNoOwner } why;
        std::uint16_t place;     // ItemTimeout only
        std::uint64_t work = 0;  // HandArea::work; ItemTimeout only
    };
    // Returns the processes that have stalled since earlier calls; reports each stall once. Call it every
    // tick(), and when a child was stopped or continued. After a gap between calls (the supervisor itself was
    // stopped) the watch measures all times anew, so that nobody is reported for the gap.
    // `places`: look() reads only the hands of the places below this number, because only these have
    // consumers. In an idle pipeline each hand that it reads is a cache miss.
    [[nodiscard]] std::vector<Stalled> look(TimePoint now, std::size_t places = kMaxPlaces);

    // The time until the next look(): half a second, or kIdleTick while the segments are empty and no child
    // is stopped. A short item timeout makes both shorter.
    [[nodiscard]] std::chrono::milliseconds tick() const noexcept;

  private:
    struct Sight {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        TimePoint since{};
        bool told = false;
    };
    // Stores `first` and `second` in `sight`, and returns how long these values have been the same.
    static std::chrono::nanoseconds unchanged(Sight& sight, std::uint64_t first, std::uint64_t second,
                                              TimePoint now);
    // MayWait: the owner may hold the lock for long without bumping beats(), because it waits for the disk or
    // for items. MustGoOn: it may not.
    enum class Owner { MayWait, MustGoOn };
    void look_at_pop_lock(TimePoint now, std::vector<Stalled>& stalled);
    // The owner's time without a new beat counts from `not_before` at the earliest: until then the owner has
    // blocked nobody.
    void look_at_lock(const RobustMutex& lock, Sight& sight, Owner may, TimePoint now,
                      std::vector<Stalled>& stalled, TimePoint not_before = {});
    void look_at_hand(std::size_t place, TimePoint now, std::vector<Stalled>& stalled);

    Ring ring_;
    Storage storage_;
    std::chrono::nanoseconds item_timeout_;
    std::chrono::milliseconds tick_;
    std::chrono::milliseconds idle_tick_;
    bool is_one_stopped_ = false;  // whether a child was stopped at the last look()
    std::optional<TimePoint> next_look_;
    std::array<Sight, 4> locks_{};
    std::array<Sight, kMaxPlaces> hands_{};
};

}  // namespace pipeline
