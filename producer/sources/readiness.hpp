// SPDX-License-Identifier: Apache-2.0
// The one place where a source sleeps: until its own descriptor is readable, a signal arrives, or the timeout
// expires.
#pragma once

#include <chrono>

namespace pipeline {

// Waits until `fd` or `signal_fd` is readable (or at its end, or broken), at most `bound`; ignores a
// descriptor of -1. Returns true if `fd` is readable. The wait may end early: the caller must check again.
// Throws Failure (InputOutput) if it cannot wait at all.
bool wait_readable(int fd, int signal_fd, std::chrono::milliseconds bound);

// True if reading from `fd` would not block now.
[[nodiscard]] inline bool is_readable(int fd) {
    return wait_readable(fd, -1, std::chrono::milliseconds::zero());
}

}  // namespace pipeline
