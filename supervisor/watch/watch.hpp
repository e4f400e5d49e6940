// SPDX-License-Identifier: Apache-2.0
// Finds processes that live but make no progress: a consumer whose invoice takes longer than the item
// timeout, and a process that holds a lock in shared memory without a beat (stopped, or in a debugger). It
// only looks and names whom to kill; it takes no lock.
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
    // The supervisor looks as soon as a child is stopped, then every half second at most: it finds a stopped
    // owner within two seconds. An owner that hangs without being stopped may take one idle tick longer.
    static constexpr std::chrono::milliseconds kLockPatience{1400};
    static constexpr std::chrono::milliseconds kIdleTick{3000};

    // `item_timeout` zero: none.
    Watch(const Ring& ring, const Storage& storage, std::chrono::nanoseconds item_timeout);

    struct Stalled {
        ProcessId process;  // HoldsLock: the pid alone, the lock has no more
        enum class Why { ItemTimeout, HoldsLock } why;
        std::uint16_t place;     // ItemTimeout only
        std::uint64_t work = 0;  // HandArea::work; ItemTimeout only
    };
    // Call every tick(), and when a child was stopped or continued. It compares with earlier calls, and
    // reports each stall once. After a gap between calls (the caller itself was stopped) it starts afresh and
    // blames nobody for the gap.
    // `places`: hands from this place on have no owner. Each hand is a cache line, cold in an idle pipeline.
    [[nodiscard]] std::vector<Stalled> look(TimePoint now, std::size_t places = kMaxPlaces);

    // How often to look: kIdleTick, or less for short item timeouts, while nothing is in flight and no child
    // is stopped.
    [[nodiscard]] std::chrono::milliseconds tick() const noexcept;

  private:
    struct Sight {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        TimePoint since{};
        bool told = false;
    };
    // How long a sight has been the same.
    static std::chrono::nanoseconds unchanged(Sight& sight, std::uint64_t first, std::uint64_t second,
                                              TimePoint now);
    // Whether a lock's owner may wait without a beat (for the disk or for items).
    enum class Owner { MayWait, MustGoOn };
    void look_at_pop_lock(TimePoint now, std::vector<Stalled>& stalled);
    // `not_before`: the owner blocked nobody before this time.
    void look_at_lock(const RobustMutex& lock, Sight& sight, Owner may, TimePoint now,
                      std::vector<Stalled>& stalled, TimePoint not_before = {});
    void look_at_hand(std::size_t place, TimePoint now, std::vector<Stalled>& stalled);

    Ring ring_;
    Storage storage_;
    std::chrono::nanoseconds item_timeout_;
    std::chrono::milliseconds tick_;
    std::chrono::milliseconds idle_tick_;
    bool is_one_stopped_ = false;  // at the last look
    std::optional<TimePoint> next_look_;
    std::array<Sight, 4> locks_{};
    std::array<Sight, kMaxPlaces> hands_{};
};

}  // namespace pipeline
