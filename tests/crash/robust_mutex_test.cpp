// SPDX-License-Identifier: Apache-2.0
// The lock between real processes, one of which does not run on. x86-64 only, like the other tests that
// trace.
#include "common/shm/robust_mutex.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>
#include <optional>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

pid_t start_waiter(RobustMutex& mutex, bool traced) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        if (traced && (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0 || ::raise(SIGSTOP) != 0))
            ::_exit(3);
        {
            const auto guard = mutex.lock([] {});
        }
        ::_exit(0);
    }
    return pid;
}

// True if the process sleeps in futex(2): proc(5) gives the number of its system call.
bool sleeps_in_futex(pid_t pid) {
    const std::string asleep = std::to_string(SYS_futex) + " ";
    return read_file("/proc/" + std::to_string(pid) + "/syscall").rfind(asleep, 0) == 0;
}

// Lets a traced process run until it is about to sleep in futex(2), and into it: it stops again when that
// has woken it.
void run_into_futex(pid_t pid) {
    int status = 0;
    user_regs_struct registers{};
    while (::waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        const bool in_system_call = ::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) == 0;
        const bool is_futex = in_system_call && registers.orig_rax == SYS_futex;
        REQUIRE(::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr) == 0);
        if (is_futex) return;
    }
    FAIL("the waiter did not wait");
}

bool has_ended(pid_t pid) {
    int status = 0;
    return ::waitpid(pid, &status, WNOHANG) == pid && WIFEXITED(status);
}

}  // namespace

TEST_CASE("a waiter that is woken and does not run on keeps nobody else from the lock", "[crash]") {
    void* memory =
        ::mmap(nullptr, sizeof(RobustMutex), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto& mutex = *new (memory) RobustMutex;
    mutex.initialise();
    std::optional guard(mutex.lock([] {}));
    const pid_t first = start_waiter(mutex, true);
    run_into_futex(first);
    REQUIRE(eventually([&] { return sleeps_in_futex(first); }));
    const pid_t second = start_waiter(mutex, false);
    REQUIRE(eventually([&] { return sleeps_in_futex(second); }));
    guard.reset();
    int status = 0;
    REQUIRE(::waitpid(first, &status, 0) == first);
    REQUIRE(WIFSTOPPED(status));  // woken, and it has not asked for the lock again
    const bool second_had_it = eventually([&] { return has_ended(second); }, std::chrono::seconds(5));
    ::ptrace(PTRACE_DETACH, first, nullptr, nullptr);
    if (!second_had_it) ::kill(second, SIGKILL);
    CHECK(second_had_it);
    CHECK(eventually([&] { return has_ended(first); }));
    ::munmap(memory, sizeof(RobustMutex));
}
