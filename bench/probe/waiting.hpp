// SPDX-License-Identifier: Apache-2.0
// Waiting for something to show in shared memory, by looking again and again: whoever measures must not take
// part in the pipeline's own wake-ups.
#pragma once

#include <time.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "common/base/clock.hpp"

namespace pipeline::bench {

inline void sleep_for(std::chrono::nanoseconds duration) noexcept {
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration);
    const timespec time{whole.count(), (duration - whole).count()};
    ::nanosleep(&time, nullptr);
}

// Looks every `step` until `holds()`. Throws std::runtime_error that names `what` after `limit`.
template <class Holds>
void wait_until(const char* what, Holds&& holds,
                std::chrono::nanoseconds step = std::chrono::microseconds(50),
                std::chrono::nanoseconds limit = std::chrono::seconds(60)) {
    const std::uint64_t until = monotonic_ns() + static_cast<std::uint64_t>(limit.count());
    while (!holds()) {
        if (monotonic_ns() > until) throw std::runtime_error(std::string("waited in vain until ") + what);
        sleep_for(step);
    }
}

}  // namespace pipeline::bench
