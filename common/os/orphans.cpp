// SPDX-License-Identifier: Apache-2.0
#include "common/os/orphans.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "common/base/fd.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kTryAgain{2};

// Calls `visit` with the pid of each child of this process. May skip some children if `visit` reaps others.
template <class Visit>
void for_each_child(Visit&& visit) {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/task/%d/children", static_cast<int>(::getpid()));
    const UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
    if (!file) return;
    // The kernel writes a blank after each pid. If no blank follows the last pid of a read, the next read has
    // the rest of that pid.
    std::array<char, 4096> text{};
    std::size_t begun = 0;
    while (true) {
        const ssize_t bytes = ::read(file.get(), text.data() + begun, text.size() - begun);
        if (bytes <= 0) return;
        std::string_view rest(text.data(), begun + static_cast<std::size_t>(bytes));
        for (auto end = rest.find(' '); end != std::string_view::npos; end = rest.find(' ')) {
            pid_t pid = 0;
            std::from_chars(rest.data(), rest.data() + end, pid);
            rest.remove_prefix(end + 1);
            visit(pid);
        }
        begun = rest.size();
        std::copy(rest.begin(), rest.end(), text.begin());
    }
}

// One system call, where for_each_child() needs four: an idle process asks often.
bool has_no_child() noexcept {
    return ::waitid(P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}

void kill_with_group(pid_t pid) noexcept {
    const pid_t group = ::getpgid(pid);
    if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
    ::kill(pid, SIGKILL);
}

}  // namespace

std::vector<pid_t> adopt_orphans() {
    std::vector<pid_t> children;
    for_each_child([&](pid_t pid) { children.push_back(pid); });
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    return children;
}

std::size_t kill_orphans(std::span<const pid_t> own, pid_t spared) noexcept {
    if (has_no_child()) return 0;
    std::size_t found = 0;
    for_each_child([&](pid_t pid) {
        if (std::find(own.begin(), own.end(), pid) != own.end()) return;
        // Reap a dead child first. Until then it still belongs to its process group, which may be `spared`.
        if (::waitpid(pid, nullptr, WNOHANG) == pid) {
            ++found;
            return;
        }
        if (spared > 0 && ::getpgid(pid) == spared) return;
        ++found;
        kill_with_group(pid);
        ::waitpid(pid, nullptr, WNOHANG);
    });
    return found;
}

bool kill_all_orphans(std::span<const pid_t> own, std::chrono::milliseconds bound) noexcept {
    const auto until = std::chrono::steady_clock::now() + bound;
    while (kill_orphans(own) != 0) {
        if (std::chrono::steady_clock::now() >= until) return false;
        ::poll(nullptr, 0, static_cast<int>(kTryAgain.count()));
    }
    return true;
}

}  // namespace pipeline
