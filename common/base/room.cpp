// SPDX-License-Identifier: Apache-2.0
#include "common/base/room.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace pipeline {

bool wait_for_room(int fd, std::chrono::steady_clock::time_point until) noexcept {
    while (true) {
        const auto remaining =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd room{fd, POLLOUT, 0};
        const int ready = ::poll(&room, 1, static_cast<int>(std::max<std::int64_t>(0, remaining.count())));
        if (ready == 0) return false;
        if (ready > 0 || errno != EINTR) return true;
    }
}

}  // namespace pipeline
