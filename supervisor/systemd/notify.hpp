// SPDX-License-Identifier: Apache-2.0
// Reports to the service manager: ready, reloading, stopping, a status line, and WATCHDOG=1 while the
// pipeline makes progress. Sends a change of the phase at once, and the rest every two seconds. Sends nothing
// if no service manager listens.
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
        Starting,   // some children are not at work yet
        Running,    // all children are at work
        Replacing,  // consumers are being replaced, one at a time
        Draining,
    };

    static constexpr std::chrono::seconds kInterval{2};
    // Replaces kInterval while the phase is Starting, which is soon over.
    static constexpr std::chrono::milliseconds kStartInterval{10};
    // In a drain, each message asks the manager for this much more time. It is several intervals long, but
    // not many: if the supervisor hangs, the manager waits for this time as well.
    static constexpr std::chrono::seconds kExtension{15};

    // `item_timeout`: a consumer that processes one invoice for longer is killed; 0: never.
    Notify(const Ring& ring, const Storage& storage, const MetricsArea& metrics,
           std::chrono::nanoseconds item_timeout, TimePoint now);

    void set_item_timeout(std::chrono::nanoseconds item_timeout) noexcept {
        liveness_.set_item_timeout(item_timeout);
    }

    // Sends the messages that are due. Call it whenever something may have changed, and at the time next().
    // `places`: only places below this number may have consumers.
    void update(Phase phase, std::size_t places, TimePoint now);
    // The time by which to call update() again; TimePoint::max() if no service manager listens.
    [[nodiscard]] TimePoint next() const noexcept { return next_; }
    // True once the phase was no longer Starting: all children were at work, or the start ended in another
    // way. It stays true even if a child dies later.
    [[nodiscard]] bool has_been_ready() const noexcept { return phase_ && *phase_ != Phase::Starting; }
    // Reports STOPPING=1. Call it at the end, in any phase. If READY=1 was never sent, sends it first: a
    // short run may end before all children were seen at work.
    void finish();

    // Returns a status like "1234/s, 12 in flight; 7 booked, 2 rejected, 1 failed, 0 waiting, 0 duplicates".
    [[nodiscard]] static std::string status(const Totals& totals, std::uint64_t in_flight, double per_second);
    // Returns why the pipeline cannot work, in one sentence; empty if no reason is known. The sentence
    // contains no time, so it stays the same as long as the reason does. `has_unstored`: whether results wait
    // for the ledger; if none do, a failing ledger is no reason.
    [[nodiscard]] static std::string trouble(const MetricsArea& metrics, bool has_unstored);

  private:
    [[nodiscard]] std::string enter(Phase phase);
    void tell(const std::string& lines);
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
    std::string unsent_;  // lines about changes of the phase that the manager had no room for
    TimePoint counted_at_;
    std::uint64_t counted_;
    double per_second_ = 0;
};

// True if every child that should run has started and attached the segments.
[[nodiscard]] bool are_at_work(const Children& children, const Ring& ring) noexcept;

// Asks the manager for up to `longest` more time to start, and sends `status`, which says what the start
// waits for. Call it before the pipeline exists.
void notify_waiting(std::chrono::nanoseconds longest, const std::string& status);

}  // namespace pipeline
