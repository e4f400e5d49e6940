// SPDX-License-Identifier: Apache-2.0
// Asks the scaling policy once a second how many consumers should run, and passes it the load since the last
// time.
#pragma once

#include <chrono>
#include <optional>

#include "supervisor/scaling/load_meter.hpp"
#include "supervisor/scaling/scaling_policy.hpp"

namespace pipeline {

class Scaler {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds kWindow{1};

    Scaler(ConsumerRange range, const Segments& segments, const Children& children, TimePoint now);

    // Returns the policy's decision; none if the policy makes no decision, or if it is not yet next().
    // `consumers`: how many consumers are wanted now.
    [[nodiscard]] std::optional<ScalingDecision> look(TimePoint now, std::uint32_t consumers);
    [[nodiscard]] TimePoint next() const noexcept { return next_; }
    // Call it when a signal has changed the number of consumers: the earlier load then predicts nothing.
    void forget() noexcept { policy_.forget(); }

  private:
    Ring ring_;
    ScalingPolicy policy_;
    LoadMeter meter_;
    TimePoint last_;
    TimePoint next_;
};

}  // namespace pipeline
