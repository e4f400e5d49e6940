// SPDX-License-Identifier: Apache-2.0
#include "common/os/signals.hpp"

#include <signal.h>
#include <sys/signalfd.h>

#include <cerrno>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

sigset_t set_of(std::initializer_list<int> signals) noexcept {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals) ::sigaddset(&set, signal);
    return set;
}

}  // namespace

void block_signals(std::initializer_list<int> signals) noexcept {
    const sigset_t set = set_of(signals);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

UniqueFd open_signal_fd(std::initializer_list<int> signals) {
    const sigset_t set = set_of(signals);
    UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) throw system_failure(ExitStatus::InputOutput, "signalfd", "for the signals", errno);
    return fd;
}

bool is_pending(int signal) noexcept {
    sigset_t pending;
    return ::sigpending(&pending) == 0 && ::sigismember(&pending, signal) == 1;
}

bool is_ignored(int signal) noexcept {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace pipeline
