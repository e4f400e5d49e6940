// SPDX-License-Identifier: Apache-2.0
#include "producer/again/wakeup.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>

#include "common/base/error.hpp"

namespace pipeline {

Wakeup::Wakeup() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!event_) throw system_failure(ExitStatus::CannotCreate, "eventfd", "invoices that wait", errno);
}

void Wakeup::wake() const noexcept {
    const std::uint64_t one = 1;
    // It fails only if the descriptor is readable already.
    static_cast<void>(::write(event_.get(), &one, sizeof one) < 0);
}

void Wakeup::clear() const noexcept {
    std::uint64_t count = 0;
    static_cast<void>(::read(event_.get(), &count, sizeof count) < 0);
}

bool Wakeup::sleep(std::chrono::nanoseconds bound, int fd) const noexcept {
    std::array<pollfd, 2> watched{{{event_.get(), POLLIN, 0}, {fd, POLLIN, 0}}};
    const std::int64_t wait = std::chrono::ceil<std::chrono::milliseconds>(bound).count();
    static_cast<void>(
        ::poll(watched.data(), watched.size(),
               static_cast<int>(std::clamp<std::int64_t>(wait, 0, std::numeric_limits<int>::max()))));
    clear();
    return watched[1].revents != 0;
}

UniqueFd either_of(int one, int other) {
    UniqueFd both(::epoll_create1(EPOLL_CLOEXEC));
    for (const int fd : {one, other}) {
        epoll_event event{EPOLLIN, {}};
        if (::epoll_ctl(both.get(), EPOLL_CTL_ADD, fd, &event) != 0)
            throw system_failure(ExitStatus::CannotCreate, "epoll", "invoices that wait", errno);
    }
    return both;
}

}  // namespace pipeline
