// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/shortage.hpp"

namespace pipeline {
namespace {

std::string program_path(const std::string& program) {
    std::error_code error;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    if (error) {
        throw system_failure(ExitStatus::CannotCreate, "reading", "/proc/self/exe", error.value(),
                             is_shortage(error.value()) ? "" : "proc must be mounted on /proc");
    }
    for (const auto& path : {folder / program, folder.parent_path() / program / program}) {
        if (std::filesystem::is_regular_file(path, error)) return path;
    }
    throw Failure(ExitStatus::CannotCreate,
                  "program " + (folder / program).string() +
                      " is missing: the programs of the pipeline belong in one folder; install them again");
}

// A failure in the child before exec succeeds.
struct Mishap {
    int error = 0;  // an errno value
    bool in_exec = false;
};

// In the child: only async-signal-safe calls from here to exec.
[[noreturn]] void become(const char* path, char* const* argv, StandardInput standard_input, pid_t parent,
                         int report_fd) noexcept {
    Mishap mishap;
    if (::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent) {
        const int null = standard_input == StandardInput::Null ? ::open("/dev/null", O_RDONLY) : STDIN_FILENO;
        if (null >= 0 && (null == STDIN_FILENO || (::dup2(null, STDIN_FILENO) == 0 && ::close(null) == 0))) {
            mishap.in_exec = true;
            ::execv(path, argv);
        }
    }
    mishap.error = errno;
    [[maybe_unused]] const auto written = ::write(report_fd, &mishap, sizeof mishap);
    ::_exit(to_int(ExitStatus::Internal));
}

Failure failure_of(const Mishap& mishap, const std::string& path) {
    const bool is_written = mishap.in_exec && mishap.error == ETXTBSY;
    const bool may_pass = is_written || is_shortage(mishap.error);
    return system_failure(may_pass ? ExitStatus::InputOutput : ExitStatus::CannotCreate,
                          mishap.in_exec ? "executing" : "opening /dev/null for", path, mishap.error,
                          is_written ? "somebody is writing it"
                          : may_pass ? ""
                                     : "install it again, so that this user can execute it");
}

}  // namespace

SpawnedChild spawn(const std::string& program, const std::vector<std::string>& arguments,
                   StandardInput standard_input) {
    const std::string path = program_path(program);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    int report[2] = {-1, -1};
    if (::pipe2(report, O_CLOEXEC) != 0) {
        throw system_failure(ExitStatus::InputOutput, "pipe", "for starting " + path, errno);
    }
    const UniqueFd read_end(report[0]);
    UniqueFd write_end(report[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw system_failure(ExitStatus::InputOutput, "fork", "for starting " + path, errno);
    if (pid == 0) become(path.c_str(), argv.data(), standard_input, parent, write_end.get());
    write_end.reset();

    SpawnedChild child{pid, UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), 0};
    const int error = child.pidfd ? 0 : errno;
    child.started_ticks = ProcessId::of(pid).started_ticks;
    Mishap mishap;
    ssize_t got = 0;
    do got = ::read(read_end.get(), &mishap, sizeof mishap);
    while (got < 0 && errno == EINTR);
    if (got == 0 && error == 0) return child;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if (got == static_cast<ssize_t>(sizeof mishap)) throw failure_of(mishap, path);
    throw system_failure(
        is_shortage(error) ? ExitStatus::InputOutput : ExitStatus::CannotCreate, "pidfd_open", "for " + path,
        error, is_shortage(error) ? "" : "Linux 5.4 or newer is needed, without a filter against it");
}

}  // namespace pipeline
