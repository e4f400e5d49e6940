// SPDX-License-Identifier: Apache-2.0
// When the next program may start, after the last one ended: at once after progress, else after a delay that
// grows. Too many programs in a row without any use end the run.
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
    // An invoice is finished, or an attempt at one is charged: not all programs are in vain.
    void got_further() noexcept {
        vain_ = 0;
        delay_.got_further();
    }
    void charged() noexcept { vain_ = 0; }
    // The program has ended, or could not be started.
    void ended() noexcept { delay_.ended(std::chrono::steady_clock::now()); }
    // It has ended without having read or answered a request, for the reason `why`. Throws Failure NotDrained
    // if it is the last one that may.
    void ended_in_vain(const std::string& why);

  private:
    std::string program_;
    std::uint32_t vain_ = 0;
    BackOff delay_;
};

}  // namespace pipeline
