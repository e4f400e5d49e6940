// SPDX-License-Identifier: Apache-2.0
#include "common/lineage.hpp"

#include <poll.h>
#include <sys/syscall.h>

#include <cerrno>

#include "common/fd.hpp"

namespace pipeline {

bool is_alive(pid_t pid) noexcept {
    if (pid <= 0) return false;
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return errno != ESRCH;
    pollfd ended{pidfd.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) != 1;
}

}  // namespace pipeline
