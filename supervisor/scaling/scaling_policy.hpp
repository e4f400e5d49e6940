// SPDX-License-Identifier: Apache-2.0
// How many consumers there are to be, when the supervisor may choose. It looks at windows of about a second:
// how long an invoice keeps a consumer, and how many of them come. Both together are the *need*: so many
// consumers would be busy all the time. Up goes quickly, to what leaves a fifth in reserve; down goes slowly,
// to what the greatest need of a while takes. Between the two nothing changes, so that it comes to rest.
//
// More consumers are a trial: when they are busy and do not do more than the fewer ones did (because the
// processors are), it goes back, and does not try again for a while that doubles from one vain trial to the
// next.
//
// Pure: it knows neither clock nor processes. Whoever asks says how many there are and does what it says.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "common/core/bottleneck.hpp"
#include "supervisor/options/consumer_range.hpp"

namespace pipeline {

struct ScalingDecision {
    std::uint32_t consumers;  // from now on
    std::string reason;       // for the log: the figures that led to it
};

class ScalingPolicy {
  public:
    static constexpr double kTarget = 0.8;      // share of its time that a consumer is to be busy
    static constexpr double kTooBusy = 0.9;     // from there on more are needed
    static constexpr std::size_t kUp = 2;       // windows that agree before there are more
    static constexpr std::size_t kDown = 10;    // and before there are fewer
    static constexpr double kFewEnough = 0.85;  // one of many fewer is not worth a change: at most this share
    static constexpr double kWorth = 0.2;  // of what more consumers could do more, they must do this share
    static constexpr unsigned kFirstRest = 15;  // windows without a trial after the first one in vain
    static constexpr unsigned kLastRest = 240;
    // What waits in the ring adds to the need what would work it off in so many seconds.
    static constexpr double kBacklogSeconds = 15;

    explicit ScalingPolicy(ConsumerRange range) noexcept : range_(range) {}

    // What one window has shown, with `consumers` wanted all the time; `waiting`: items in the ring at its
    // end.
    [[nodiscard]] std::optional<ScalingDecision> look(std::uint32_t consumers, const Load& load,
                                                      std::uint64_t waiting);
    // What was seen says nothing about what comes: somebody has changed the number, or paused the source.
    void forget() noexcept;

  private:
    struct Window {
        double need;  // consumers that would be busy all the time, with what waits
        double aim;  // consumers that there should be: the need, or without what waits the need and a reserve
        double rate;       // invoices that were stored, a second
        double waiting;    // invoices in the ring at its end
        double offered;    // that would have come if nothing had held them back
        double service;    // seconds of a consumer for each; 0: not known
        double busy;       // of a consumer's time
        bool is_at_least;  // what would have come is not known: so much, or more
        bool is_telling;   // enough was stored to compare rates
        bool is_storing;   // the consumers spent most of their time on results: the ledger is slow
    };
    // More consumers, not judged yet.
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
    std::deque<Window> seen_;  // since the last change, kDown at most
    std::optional<Trial> trial_;
    unsigned rest_ = 0;  // windows for which no trial is made
    unsigned next_rest_ = kFirstRest;
};

}  // namespace pipeline
