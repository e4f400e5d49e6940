// SPDX-License-Identifier: Apache-2.0
#include "common/orphans.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "common/fd.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kTryAgain{2};

// The children of this process, as many as fit: the others have their turn when these are gone.
class Children {
  public:
    Children() noexcept {
        std::array<char, 64> path{};
        std::snprintf(path.data(), path.size(), "/proc/self/task/%d/children", static_cast<int>(::getpid()));
        const UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
        if (!file) return;
        std::array<char, 4096> text{};
        const ssize_t bytes = ::read(file.get(), text.data(), text.size());
        if (bytes > 0) parse({text.data(), static_cast<std::size_t>(bytes)});
    }
    [[nodiscard]] std::span<const pid_t> pids() const& noexcept { return {pids_.data(), count_}; }
    std::span<const pid_t> pids() const&& = delete;  // `for` would walk over what has gone

  private:
    // Each pid is followed by a blank; one that is not was cut off.
    void parse(std::string_view text) noexcept {
        for (auto end = text.find(' '); end != std::string_view::npos && count_ < pids_.size();
             end = text.find(' ')) {
            std::from_chars(text.data(), text.data() + end, pids_[count_++]);
            text.remove_prefix(end + 1);
        }
    }
    std::array<pid_t, 512> pids_{};
    std::size_t count_ = 0;
};

void kill_with_group(pid_t pid) noexcept {
    const pid_t group = ::getpgid(pid);
    if (group > 1 && group != ::getpgrp()) ::kill(-group, SIGKILL);
    ::kill(pid, SIGKILL);
}

}  // namespace

void adopt_orphans() noexcept {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::size_t kill_orphans(std::span<const pid_t> own, pid_t spared) noexcept {
    std::size_t found = 0;
    const Children children;
    for (const pid_t pid : children.pids()) {
        if (std::find(own.begin(), own.end(), pid) != own.end()) continue;
        // A child that has ended is in its group until it is reaped: reaping comes first.
        if (::waitpid(pid, nullptr, WNOHANG) == pid) {
            ++found;
            continue;
        }
        if (spared > 0 && ::getpgid(pid) == spared) continue;
        ++found;
        kill_with_group(pid);
        ::waitpid(pid, nullptr, WNOHANG);
    }
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
