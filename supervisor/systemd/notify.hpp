// SPDX-License-Identifier: Apache-2.0
// What the service manager is told: that the pipeline runs, is being renewed, stops, how it does, and, as
// long as it gets on, that it lives. Nothing is sent where nobody listens. It says what has changed, and the
// rest every two seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/core/metrics.hpp"
#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "supervisor/children/children.hpp"
#include "supervisor/watch/liveness.hpp"

namespace pipeline {

class Notify {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Phase : std::uint8_t {
        Starting,   // some of the children have not begun yet
        Running,    // all of them are at work
        Replacing,  // and are being replaced, one after the other
        Draining,
    };

    static constexpr std::chrono::seconds kInterval{2};
    // A start is over soon: it is looked at more often.
    static constexpr std::chrono::milliseconds kStartInterval{10};
    // How much longer than now the manager is asked to wait while draining: several intervals, and not much
    // more, since it is also what a supervisor that hangs then is given.
    static constexpr std::chrono::seconds kExtension{15};

    // `item_timeout` as of Liveness.
    Notify(const Ring& ring, const Storage& storage, const MetricsArea& metrics,
           std::chrono::nanoseconds item_timeout, TimePoint now);

    // To be called whenever something may have changed, and at next(). `places` as of Liveness::sight_of().
    void update(Phase phase, std::size_t places, TimePoint now);
    // When to call again at the latest; TimePoint::max() if nobody listens.
    [[nodiscard]] TimePoint next() const noexcept { return next_; }
    // Once it is, it stays so, whichever child dies.
    [[nodiscard]] bool has_been_ready() const noexcept { return phase_ && *phase_ != Phase::Starting; }
    // At the end, whatever it was: a service that has done all its work at once has been ready too.
    void finish();

    // "1234/s, 12 in flight; 7 booked, 2 rejected, 1 failed, 0 duplicates".
    [[nodiscard]] static std::string status(const Totals& totals, std::uint64_t in_flight, double per_second);
    // What keeps the pipeline from its work, one sentence; empty: nothing that is known. No time is in it:
    // it says the same again as long as it is the same.
    [[nodiscard]] static std::string trouble(const MetricsArea& metrics, bool has_unstored);

  private:
    [[nodiscard]] std::string enter(Phase phase);
    [[nodiscard]] std::string renewed_status(Phase phase, TimePoint now);

    Ring ring_;
    Storage storage_;
    const MetricsArea& metrics_;
    Liveness liveness_;
    bool is_heard_;
    bool is_watched_;
    std::chrono::steady_clock::duration interval_;
    TimePoint next_;
    std::optional<Phase> phase_;
    std::string status_;
    TimePoint counted_at_;
    std::uint64_t counted_;
    double per_second_ = 0;
};

// True if every child that is to run has not only been started, but has the segments too.
[[nodiscard]] bool are_at_work(const Children& children, const Ring& ring) noexcept;

// Before there is a pipeline: that the start may take so much longer, and what it waits for.
void notify_waiting(std::chrono::nanoseconds longest, const std::string& status);

}  // namespace pipeline
