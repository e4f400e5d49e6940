// SPDX-License-Identifier: Apache-2.0
// Decides when the next program may start after the last one has ended: at once if the last one made
// progress, otherwise after a growing delay. If too many programs in a row end without reading a request,
// throws a Failure, which ends the consumer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "common/os/back_off.hpp"

namespace pipeline {

class ProgramStarts {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::uint32_t kMostInVain = 10;

    explicit ProgramStarts(std::string program) : program_(std::move(program)) {}

    [[nodiscard]] TimePoint next_at() const noexcept { return delay_.start_at(); }
    // Call when an invoice is finished. Resets the delay, and the count of programs that ended in vain
    // (ended_in_vain()).
    void got_further() noexcept {
        vain_ = 0;
        delay_.got_further();
    }
    // Call when an attempt at an invoice is charged. Resets the count of programs that ended in vain, but
    // keeps the delay.
    void charged() noexcept { vain_ = 0; }
    // Call when the program has ended, or could not be started.
    void ended() noexcept { delay_.ended(std::chrono::steady_clock::now()); }
    // Call when the program has ended in vain, that is without reading or answering a request. `why`: the
    // reason of its end. Throws Failure NotDrained after kMostInVain such programs in a row.
    void ended_in_vain(const std::string& why);

  private:
    std::string program_;
    std::uint32_t vain_ = 0;
    BackOff delay_;
};

}  // namespace pipeline
