// SPDX-License-Identifier: Apache-2.0
#include "supervisor/scaling/scaler.hpp"

#include "common/base/clock.hpp"

namespace pipeline {
namespace {

// In a shorter time than this, too little is measured for a decision.
constexpr std::chrono::milliseconds kLeastWindow{500};

std::uint64_t ns_of(Scaler::TimePoint time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

Scaler::Scaler(ConsumerRange range, const Segments& segments, const Children& children, TimePoint now)
    : ring_(segments.ring()),
      policy_(range),
      meter_(segments, children, ns_of(now)),
      last_(now),
      next_(now + until_common_tick(kWindow, ns_of(now))) {}

std::optional<ScalingDecision> Scaler::look(TimePoint now, std::uint32_t consumers) {
    if (now < next_) return std::nullopt;
    next_ = now + until_common_tick(kWindow, ns_of(now));
    if (now - last_ < kLeastWindow) return std::nullopt;
    last_ = now;
    const Load load = meter_.look(ns_of(now));
    // Ignore the load during a pause: after the pause, the source goes on at its former rate.
    if (ring_.paused()) {
        policy_.forget();
        return std::nullopt;
    }
    return policy_.look(consumers, load, ring_.tail() - ring_.head());
}

}  // namespace pipeline
