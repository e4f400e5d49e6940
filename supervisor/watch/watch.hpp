// SPDX-License-Identifier: Apache-2.0
// Finds processes that live but do not go on: a consumer whose invoice takes longer than the item
// timeout, and a process that holds a lock in shared memory without a beat (stopped, or in a debugger).
// It only looks and says whom to kill; it locks nothing.
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
    // With a look at once when it is stopped, and then the tick of at most half a second, a stopped owner is
    // told within two seconds. One that does not go on though it is not stopped may have had an idle tick
    // more.
    static constexpr std::chrono::milliseconds kLockPatience{1400};
    static constexpr std::chrono::milliseconds kIdleTick{3000};

    // `item_timeout` zero: none.
    Watch(const Ring& ring, const Storage& storage, std::chrono::nanoseconds item_timeout);

    struct Stalled {
        ProcessId process;  // of a HoldsLock the pid alone: a lock has no more
        enum class Why { ItemTimeout, HoldsLock } why;
        std::uint16_t place;  // of an ItemTimeout
    };
    // To be called every tick(), and when a child has been stopped or continued; compares with what the
    // earlier calls saw. Each stall is told once. After a gap in the calls (the caller itself was stopped) it
    // begins anew, so that nobody is blamed for it.
    // `places`: hands from there on are nobody's. Each hand is a cache line, cold in an idle pipeline.
    [[nodiscard]] std::vector<Stalled> look(TimePoint now, std::size_t places = kMaxPlaces);

    // How often to look; kIdleTick while nothing is in flight and no child is stopped, unless item timeouts
    // are short.
    [[nodiscard]] std::chrono::milliseconds tick() const noexcept;

  private:
    struct Sight {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        TimePoint since{};
        bool told = false;
    };
    // How long a sight has not changed.
    static std::chrono::nanoseconds unchanged(Sight& sight, std::uint64_t first, std::uint64_t second,
                                              TimePoint now);
    // What the owner of a lock may do without a beat: wait for the disk or for items, or nothing.
    enum class Owner { MayWait, MustGoOn };
    void look_at_pop_lock(TimePoint now, std::vector<Stalled>& stalled);
    // `not_before`: earlier he kept nobody from anything.
    void look_at_lock(const RobustMutex& lock, Sight& sight, Owner may, TimePoint now,
                      std::vector<Stalled>& stalled, TimePoint not_before = {});
    void look_at_hand(std::size_t place, TimePoint now, std::vector<Stalled>& stalled);

    Ring ring_;
    Storage storage_;
    std::chrono::nanoseconds item_timeout_;
    std::chrono::milliseconds tick_;
    std::chrono::milliseconds idle_tick_;
    bool is_one_stopped_ = false;  // when it last looked
    std::optional<TimePoint> next_look_;
    std::array<Sight, 4> locks_{};
    std::array<Sight, kMaxPlaces> hands_{};
};

}  // namespace pipeline
