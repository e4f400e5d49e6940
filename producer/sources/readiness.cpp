// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/readiness.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "common/base/error.hpp"

namespace pipeline {

bool wait_readable(int fd, int signal_fd, std::chrono::milliseconds bound) {
    using Milliseconds = std::chrono::milliseconds::rep;
    // A negative timeout would be unbounded.
    const auto timeout =
        static_cast<int>(std::clamp<Milliseconds>(bound.count(), 0, std::numeric_limits<int>::max()));
    std::array<pollfd, 2> watched{{{fd, POLLIN, 0}, {signal_fd, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), timeout) < 0) {
        if (errno == EINTR) return false;
        throw system_failure(ExitStatus::InputOutput, "poll", "the source", errno);
    }
    return watched[0].revents != 0;
}

}  // namespace pipeline
