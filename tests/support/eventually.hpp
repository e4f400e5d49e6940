// SPDX-License-Identifier: Apache-2.0
// Waiting for something to happen, with a deadline: a test never sleeps as a way to get an order.
#pragma once

#include <poll.h>

#include <chrono>

namespace pipeline::test {

inline constexpr std::chrono::seconds kDeadline{240};

// Asks until `holds()` or the deadline; returns its last answer.
template <class Holds>
bool eventually(Holds&& holds, std::chrono::milliseconds deadline = kDeadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= until) return holds();
        ::poll(nullptr, 0, 2);
    }
    return true;
}

}  // namespace pipeline::test
