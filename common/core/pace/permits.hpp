// SPDX-License-Identifier: Apache-2.0
// The permits of a pipeline with --rate, one for each attempt at an invoice. A word in shared memory
// (RingArea::next_begin_ns) says when the next attempt may begin. All consumers take their permits here, for
// every attempt: the first one, a retry, or one at an invoice that a dead consumer has left.
//
// The algorithm is the generic cell rate algorithm (ITU-T I.371). A consumer that takes a permit moves the
// word by one period. Permits do not accumulate: after a standstill one permit is due or, at a rate above
// 1000/s, as many as fall into a millisecond. A consumer that takes a permit a little late moves the word as
// if it had been in time, so that late wake-ups do not add up.
//
// Nobody owns the word, so a kill blocks nobody: either the dead process had taken its permit, which is lost,
// or it had not. A consumer never moves the word further than one period ahead of the clock. A word that is
// further ahead comes from another --rate or from a damaged segment; the next consumer sets it to one period
// ahead.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"
#include "common/core/layout.hpp"

namespace pipeline {

class Permits {
  public:
    using Clock = std::uint64_t (*)() noexcept;

    // A consumer that takes a permit late, but by no more than this, moves the word as if it had been in
    // time. At rates above 500/s the limit is lower (made_up_ns_).
    static constexpr std::chrono::nanoseconds kMadeUp{1'000'000};

    // `per_second` > 0. `area` must outlive the object. `clock` returns monotonic nanoseconds.
    Permits(RingArea& area, double per_second, Clock clock = monotonic_ns) noexcept;

    // Takes the permit for one attempt if it is due, and returns zero. Otherwise returns how long the caller
    // should wait before it asks again. At a high rate this is a little longer than until the next permit, so
    // that several permits are due then.
    [[nodiscard]] std::chrono::nanoseconds take() noexcept;

    // Returns the time until the next permit is due; zero if one is due now.
    [[nodiscard]] std::chrono::nanoseconds until_due() const noexcept;
    // Returns how long the next permit has been due; zero if none is due yet.
    [[nodiscard]] std::chrono::nanoseconds since_due() const noexcept;
    // Returns RingArea::next_begin_ns. It changes with each permit that a consumer takes.
    [[nodiscard]] std::uint64_t word() const noexcept;

    // Returns the number of attempts that begin in `time` at this rate, at least 1 and at most kMaxBatch.
    [[nodiscard]] static std::size_t begins_in(double per_second, std::chrono::nanoseconds time) noexcept;

  private:
    static constexpr std::uint64_t kMadeUpNs = static_cast<std::uint64_t>(kMadeUp.count());
    [[nodiscard]] static std::uint64_t period_of(double per_second) noexcept;
    [[nodiscard]] static std::chrono::nanoseconds wait_of(std::uint64_t ns) noexcept {
        return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(ns));
    }

    RingArea* area_;
    Clock clock_;
    std::uint64_t period_ns_;
    std::uint64_t made_up_ns_;   // the greatest lateness that is made up (kMadeUp)
    std::uint64_t saved_up_ns_;  // after a standstill, the permits of this much time are due
};

// True while no permit is due, so that --rate lets no attempt begin.
[[nodiscard]] inline bool is_paced(const RingArea& area, std::uint64_t now_ns) noexcept {
    return area.next_begin_ns.load(std::memory_order_relaxed) > now_ns;
}

inline std::uint64_t Permits::period_of(double per_second) noexcept {
    constexpr double kLongestNs = 1e15;  // eleven days, and still far from where the word would wrap
    // Round the period up: the rate is an upper limit.
    return static_cast<std::uint64_t>(std::clamp(std::ceil(1e9 / per_second), 1.0, kLongestNs));
}

inline Permits::Permits(RingArea& area, double per_second, Clock clock) noexcept
    : area_(&area), clock_(clock), period_ns_(period_of(per_second)) {
    const bool is_fast = period_ns_ < kMadeUpNs;
    saved_up_ns_ = is_fast ? kMadeUpNs - period_ns_ : 0;
    made_up_ns_ = std::max(saved_up_ns_, std::min(kMadeUpNs, period_ns_ / 2));
}

inline std::chrono::nanoseconds Permits::take() noexcept {
    std::uint64_t word = area_->next_begin_ns.load(std::memory_order_acquire);
    while (true) {
        // Read the clock after the word. If this process read the clock first and was then stopped, another
        // process could move the word meanwhile, and the word would seem too far ahead of the clock.
        const std::uint64_t now = clock_();
        if (word > now + period_ns_) {
            area_->next_begin_ns.compare_exchange_strong(word, now + period_ns_, std::memory_order_acq_rel);
            word = area_->next_begin_ns.load(std::memory_order_acquire);
            continue;
        }
        if (word > now) return wait_of(std::max(word - now, saved_up_ns_ / 2));
        const std::uint64_t due = now - word <= made_up_ns_ ? word : now - std::min(now, saved_up_ns_);
        // Commit: a kill before this exchange leaves the permit to others, a kill after it loses the permit.
        if (!area_->next_begin_ns.compare_exchange_weak(word, due + period_ns_, std::memory_order_acq_rel))
            continue;
        area_->producer.notify();  // the producer may hand over the next item
        return std::chrono::nanoseconds::zero();
    }
}

inline std::chrono::nanoseconds Permits::until_due() const noexcept {
    const std::uint64_t word = this->word();
    const std::uint64_t now = clock_();
    return word > now ? wait_of(std::min(word - now, period_ns_)) : std::chrono::nanoseconds::zero();
}

inline std::chrono::nanoseconds Permits::since_due() const noexcept {
    const std::uint64_t word = this->word();
    const std::uint64_t now = clock_();
    return now > word ? wait_of(now - word) : std::chrono::nanoseconds::zero();
}

inline std::uint64_t Permits::word() const noexcept {
    return area_->next_begin_ns.load(std::memory_order_acquire);
}

inline std::size_t Permits::begins_in(double per_second, std::chrono::nanoseconds time) noexcept {
    const double begins = per_second * static_cast<double>(time.count()) / 1e9;
    return static_cast<std::size_t>(std::clamp(std::ceil(begins), 1.0, static_cast<double>(kMaxBatch)));
}

}  // namespace pipeline
