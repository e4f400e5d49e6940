// SPDX-License-Identifier: Apache-2.0
// When to restart a child that died: at once. If it dies again without progress, back off: the delay doubles
// from 10 ms to 1 s. Progress resets it. Pure: the caller gives times and causes.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "common/base/exit_status.hpp"

namespace pipeline {

class RestartPolicy {
  public:
    static constexpr std::chrono::milliseconds kFirstDelay{10};
    static constexpr std::chrono::milliseconds kLastDelay{1000};

    // The delay before the next start, after a death with or without progress since the last start.
    [[nodiscard]] std::chrono::milliseconds died(bool made_progress) noexcept {
        const auto delay = made_progress ? std::chrono::milliseconds(0) : next_;
        next_ = delay == std::chrono::milliseconds(0) ? kFirstDelay : std::min(delay * 2, kLastDelay);
        return delay;
    }

  private:
    std::chrono::milliseconds next_{0};
};

// The exit status of a child that says a restart cannot help; the supervisor then stops with the same status.
// `wait_status` as from waitpid(2).
[[nodiscard]] inline std::optional<ExitStatus> permanent_failure(int wait_status) noexcept {
    if (!WIFEXITED(wait_status)) return std::nullopt;
    for (const auto status :
         {ExitStatus::Usage, ExitStatus::NoInput, ExitStatus::CannotCreate, ExitStatus::Configuration}) {
        if (WEXITSTATUS(wait_status) == to_int(status)) return status;
    }
    return std::nullopt;
}

}  // namespace pipeline
