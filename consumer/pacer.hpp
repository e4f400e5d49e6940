// SPDX-License-Identifier: Apache-2.0
// Takes the permits (Permits) that a consumer needs under --rate, one before each attempt at an invoice. A
// consumer that waits for a permit processes no invoice and holds no lock, but it leads flushes, and notices
// that the supervisor is dead.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "common/core/pace/permits.hpp"
#include "consumer/drain_watch.hpp"
#include "consumer/flush_duty.hpp"

namespace pipeline {

class Pacer {
  public:
    // `permits`: none without --rate; then no attempt has to wait. All references must outlive the object.
    Pacer(std::optional<Permits> permits, FlushDuty& flush, DrainWatch& watch) noexcept
        : permits_(permits), flush_(flush), watch_(watch) {}

    [[nodiscard]] bool is_on() const noexcept { return permits_.has_value(); }
    // Takes a permit and returns zero. If no permit is due, returns the time after which to ask again.
    [[nodiscard]] std::chrono::nanoseconds take() noexcept {
        return permits_ ? permits_->take() : std::chrono::nanoseconds::zero();
    }
    // Waits for a permit and takes it. Returns false if DrainWatch::has_waited_enough() or must_leave()
    // becomes true first: the consumer must then leave its unfinished items to the next start.
    [[nodiscard]] bool wait();

  private:
    // The least time to wait before checking again whether a flush is due. Without it, a flush that is due
    // but cannot be led now would make the consumer spin.
    static constexpr std::chrono::nanoseconds kLeastWait{1'000'000};

    std::optional<Permits> permits_;
    FlushDuty& flush_;
    DrainWatch& watch_;
};

inline bool Pacer::wait() {
    while (true) {
        if (watch_.must_leave()) return false;
        const std::chrono::nanoseconds until_due = take();
        if (until_due == std::chrono::nanoseconds::zero()) return true;
        flush_.lead_if_due(std::chrono::nanoseconds::zero());
        watch_.look();
        if (watch_.has_waited_enough()) return false;
        const std::chrono::nanoseconds other_work =
            std::max(flush_.next_look().value_or(FlushDuty::kBoundedWait), kLeastWait);
        std::this_thread::sleep_for(std::min(until_due, other_work));
    }
}

}  // namespace pipeline
