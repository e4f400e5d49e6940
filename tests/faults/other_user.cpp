// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/other_user.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"

namespace pipeline::test {
namespace {

// One that nobody else is, not even another run of these tests: limits then count this run's processes alone.
const auto kOtherUser = static_cast<uid_t>(30'000 + ::getpid() % 30'000);

}  // namespace

bool can_become_other_user() {
    if (::geteuid() == 0) return true;
    WARN("not run: only root can become another user");
    return false;
}

void become_other_user() {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(kOtherUser, kOtherUser, kOtherUser) != 0 ||
        ::setresuid(kOtherUser, kOtherUser, kOtherUser) != 0) {
        ::_exit(126);
    }
}

void give_to_other_user(const std::filesystem::path& path) {
    REQUIRE(::lchown(path.c_str(), kOtherUser, kOtherUser) == 0);
    if (!std::filesystem::is_directory(path)) return;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        REQUIRE(::lchown(entry.path().c_str(), kOtherUser, kOtherUser) == 0);
}

Crowd::Crowd(int processes) {
    for (int i = 0; i < processes; ++i) {
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            become_other_user();
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // after the change of user, which takes it back
            while (true) ::pause();
        }
        processes_.push_back(pid);
        REQUIRE(eventually([pid] {
            struct stat owner {};
            return ::stat(("/proc/" + std::to_string(pid)).c_str(), &owner) == 0 &&
                   owner.st_uid == kOtherUser;
        }));
    }
}

void Crowd::disperse() {
    for (const pid_t pid : processes_) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    processes_.clear();
}

}  // namespace pipeline::test
