// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/stepper.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace pipeline::test {
namespace {

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) != pid) {
        if (errno != EINTR) throw std::runtime_error("waitpid failed");
    }
    return status;
}

void step(pid_t pid) {
    if (::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr) != 0)
        throw std::runtime_error("cannot single-step");
}

}  // namespace

std::uint64_t step_through(const std::function<void()>& victim,
                           const std::function<bool(pid_t)>& after_each) {
    const pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(3);
        ::raise(SIGSTOP);
        victim();
        ::_exit(0);
    }
    int status = wait_for(pid);
    if (!WIFSTOPPED(status)) throw std::runtime_error("cannot trace a child (ptrace is forbidden?)");
    std::uint64_t steps = 0;
    while (true) {
        step(pid);
        status = wait_for(pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return steps;
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
            ::kill(pid, SIGKILL);
            throw std::runtime_error("the victim ended by itself, wait status " + std::to_string(status));
        }
        ++steps;
        if (!after_each(pid)) {
            ::kill(pid, SIGKILL);
            wait_for(pid);
            return steps;
        }
    }
}

}  // namespace pipeline::test
