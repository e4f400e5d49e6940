// SPDX-License-Identifier: Apache-2.0
// Logs a warning that may repeat for ever: of those with the same cause, one a minute.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/log.hpp"

namespace pipeline {

class RepeatedWarning {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::minutes kInterval{1};

    void tell(std::string_view cause, std::string_view text) {
        const auto now = Clock::now();
        if (cause == cause_ && now < next_) {
            ++untold_;
            return;
        }
        cause_ = cause;
        next_ = now + kInterval;
        const std::uint64_t untold = std::exchange(untold_, 0);
        log(LogLevel::Warning, "{}{}", text,
            untold == 0 ? "" : fmt::format(" (this and the like {} more times since)", untold));
    }

  private:
    std::string cause_;
    Clock::time_point next_{};
    std::uint64_t untold_ = 0;
};

}  // namespace pipeline
