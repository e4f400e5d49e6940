// SPDX-License-Identifier: Apache-2.0
#include "common/lineage.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "common/fd.hpp"

namespace pipeline {

bool is_alive(pid_t pid) noexcept {
    if (pid <= 0) return false;
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return errno != ESRCH;
    pollfd ended{pidfd.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) != 1;
}

bool is_stopped(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    // The name before the state letter may hold anything: what follows the last parenthesis is the state.
    const auto end_of_name = line.rfind(") ");
    if (end_of_name == std::string::npos || end_of_name + 2 >= line.size()) return false;
    return line[end_of_name + 2] == 'T' || line[end_of_name + 2] == 't';
}

}  // namespace pipeline
