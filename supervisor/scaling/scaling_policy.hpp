// SPDX-License-Identifier: Apache-2.0
// Decides how many consumers should run, if the supervisor may choose. In windows of about a second, the
// policy measures how long an invoice occupies a consumer, and how many invoices arrive per second. The
// product of the two is the *need*: the number of consumers that would be busy all the time. The policy
// scales up quickly, so that a fifth of the consumers' time is in reserve. It scales down slowly, to the
// greatest need of the last windows. Between these two limits it changes nothing, so the number stays steady.
//
// Scaling up is a trial. If the added consumers are busy but bring hardly a higher rate (because the CPUs are
// the limit), the policy goes back to the former number, and rests: it tries no more consumers for a while.
// Each further failed trial doubles this time of rest.
//
// Pure: it knows neither clock nor processes. The caller passes the number of consumers, and carries the
// decisions out.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "common/core/bottleneck.hpp"
#include "supervisor/options/consumer_range.hpp"

namespace pipeline {

struct ScalingDecision {
    std::uint32_t consumers;  // how many should run from now on
    std::string reason;       // for the log: the figures behind the decision
};

class ScalingPolicy {
  public:
    static constexpr double kTarget = 0.8;      // share of its time that a consumer should be busy
    static constexpr double kTooBusy = 0.9;     // above this share, scale up
    static constexpr std::size_t kUp = 2;       // windows that must agree before scaling up
    static constexpr std::size_t kDown = 10;    // windows that must agree before scaling down
    static constexpr double kFewEnough = 0.85;  // scale down only if the new count <= this * the old count
    // A trial must raise the rate by this share of the rise in consumers: 50 % more consumers must store at
    // least 10 % more invoices per second.
    static constexpr double kWorth = 0.2;
    static constexpr unsigned kFirstRest = 15;  // windows to rest after the first failed trial
    static constexpr unsigned kLastRest = 240;
    // The need includes the consumers that would process the items waiting in the ring in this many seconds.
    static constexpr double kBacklogSeconds = 15;

    explicit ScalingPolicy(ConsumerRange range) noexcept : range_(range) {}

    // Returns a decision if the number of consumers should change. `load`: the load of one window.
    // `consumers`: how many were wanted throughout it. `waiting`: items in the ring at its end.
    [[nodiscard]] std::optional<ScalingDecision> look(std::uint32_t consumers, const Load& load,
                                                      std::uint64_t waiting);
    // Drops the windows measured so far: they predict nothing once somebody has changed the number of
    // consumers or paused the source.
    void forget() noexcept;

  private:
    struct Window {
        double need;       // consumers for the arriving invoices and for those that wait in the ring
        double aim;        // consumers to run: at least `need`, and with reserve for arriving invoices
        double rate;       // invoices stored per second
        double waiting;    // invoices in the ring at the window's end
        double offered;    // invoices per second that would have come if the producer had never waited
        double service;    // consumer seconds per invoice; 0: unknown
        double busy;       // share of their time that the consumers were busy
        bool is_at_least;  // `offered` is only a lower bound
        bool is_telling;   // enough was stored to compare rates
        bool is_storing;   // consumers mostly waited for the storage or flushed: the ledger is slow
    };
    // A scale-up whose success is not judged yet.
    struct Trial {
        std::uint32_t before;
        double rate_before;
        std::size_t windows = 0;
    };

    [[nodiscard]] static Window window_of(const Load& load, std::uint64_t waiting);
    [[nodiscard]] std::optional<ScalingDecision> judge(std::uint32_t consumers, const Window& seen);
    [[nodiscard]] std::optional<ScalingDecision> more(std::uint32_t consumers);
    [[nodiscard]] std::optional<ScalingDecision> fewer(std::uint32_t consumers);

    ConsumerRange range_;
    std::deque<Window> seen_;  // the windows since the last change, at most kDown
    std::optional<Trial> trial_;
    unsigned rest_ = 0;  // windows until the next trial is allowed
    unsigned next_rest_ = kFirstRest;
};

}  // namespace pipeline
