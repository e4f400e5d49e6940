// SPDX-License-Identifier: Apache-2.0
#include "common/os/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <span>
#include <utility>

#include "common/os/confinement.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kEndOfUseless{1000};
constexpr milliseconds kTryAgain{2};
constexpr int kNotStarted = 127;

// Returns pointers to the strings, and then a null, as execve(2) takes them. The pointers are valid as long
// as `words` exists.
std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// ---- in the child, where only async-signal-safe calls are allowed ----

// Closes the descriptors from `first` up to `last`.
bool close_from(int first, int last) noexcept {
    return first > last || ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0) == 0;
}

// Closes all but the standard streams and these two; `low` may be -1.
void close_others(int low, int high) noexcept {
    if (low > high) std::swap(low, high);
    constexpr int kFirst = STDERR_FILENO + 1;
    const int after_low = std::max(low + 1, kFirst);
    if (close_from(kFirst, low - 1) && close_from(after_low, high - 1) && close_from(high + 1, INT_MAX))
        return;
    // Linux before 5.9 has no close_range(2). The exec closes the descriptors that this program has opened,
    // which are close-on-exec. The loop closes those that it inherited.
    constexpr int kUsual = 1024;
    for (int fd = kFirst; fd < kUsual; ++fd) {
        if (fd != low && fd != high) ::close(fd);
    }
}

// Our processes block signals and ignore SIGPIPE; other programs expect neither. Until setpgid(2), a terminal
// takes the child for a part of its foreground group: what Ctrl-C has sent by then is pending, and would kill
// the program. A signal that is set to SIG_IGN is no longer pending (POSIX, 2.4.3). A pending SIGTERM stays:
// a process sent it to this child.
void reset_signals() noexcept {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    for (const int number : {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU})
        ::sigaction(number, &ignored, nullptr);
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool take_stream(int fd, int stream) noexcept {
    return fd < 0 || ::dup2(fd, stream) >= 0;
}

// Turns the child into the program. Returns only if a step fails; then returns that step, and leaves its
// error in errno.
Mishap::Step become(const SpawnPlan& plan, std::span<char* const> paths, char* const* arguments,
                    char* const* environment, pid_t parent, int report_fd) noexcept {
    if ((plan.is_apart && ::setpgid(0, 0) != 0) || ::prctl(PR_SET_PDEATHSIG, plan.death_signal) != 0 ||
        !take_stream(plan.input, STDIN_FILENO) || !take_stream(plan.output, STDOUT_FILENO) ||
        !take_stream(plan.error, STDERR_FILENO)) {
        return Mishap::Step::Prepare;
    }
    errno = 0;
    if (::getppid() != parent) return Mishap::Step::Prepare;
    if (plan.rule_set >= 0 && !enter_confinement(plan.rule_set)) return Mishap::Step::Confine;
    // An inherited descriptor can hold a lock. Close it: if the exec hangs, the next start still gets the
    // lock.
    close_others(plan.kept, report_fd);
    if (plan.kept >= 0 && ::fcntl(plan.kept, F_SETFD, 0) != 0) return Mishap::Step::Prepare;
    if (plan.is_apart) reset_signals();
    const rlimit limit{plan.memory_limit, plan.memory_limit};
    if (plan.memory_limit != 0 && ::setrlimit(RLIMIT_AS, &limit) != 0) return Mishap::Step::Limit;
    for (const char* path : paths) {
        if (path != nullptr) ::execve(path, arguments, environment);
        if (errno != ENOENT) break;
    }
    return Mishap::Step::Exec;
}

// ---- in the parent ----

bool open_report(UniqueFd& read_end, UniqueFd& write_end) noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) == 0 && move_above_streams(write_end);
}

}  // namespace

std::variant<Spawned, Mishap> spawn(const SpawnPlan& plan) {
    const std::vector<char*> paths = pointers_to(plan.paths);
    const std::vector<char*> arguments = pointers_to(plan.arguments);
    const std::vector<char*> variables = pointers_to(plan.environment);
    char* const* const environment = plan.environment.empty() ? ::environ : variables.data();
    Spawned child;
    UniqueFd report;
    if (!open_report(child.report, report)) return Mishap{Mishap::Step::Pipe, errno};
    const pid_t parent = ::getpid();
    child.pid = ::fork();
    if (child.pid < 0) return Mishap{Mishap::Step::Fork, errno};
    if (child.pid == 0) {
        Mishap mishap;
        mishap.step = become(plan, std::span(paths.data(), plan.paths.size()), arguments.data(), environment,
                             parent, report.get());
        mishap.error = errno;
        [[maybe_unused]] const auto written = ::write(report.get(), &mishap, sizeof mishap);
        ::_exit(kNotStarted);
    }
    child.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (child.pidfd) return child;
    const int error = errno;
    kill_and_reap(child.pid, kEndOfUseless);
    return Mishap{Mishap::Step::Pidfd, error};
}

Start await_start(Spawned& child, milliseconds bound) noexcept {
    if (!child.report) return {Start::State::Running};
    const auto until = steady_clock::now() + bound;
    Start start;
    while (true) {
        const ssize_t got = ::read(child.report.get(), &start.mishap, sizeof start.mishap);
        if (got >= 0) {
            // If the pipe ends without a mishap, the exec has closed it, or the child was killed before the
            // exec. The child's exit status tells the two apart.
            const bool failed = got == static_cast<ssize_t>(sizeof start.mishap);
            start.state = failed ? Start::State::Failed : Start::State::Running;
            child.report.reset();
            return start;
        }
        const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
        if (bound >= milliseconds::zero() && left <= milliseconds::zero()) return {};
        pollfd decided{child.report.get(), POLLIN, 0};
        ::poll(&decided, 1, bound < milliseconds::zero() ? -1 : static_cast<int>(left.count()));
    }
}

bool kill_and_reap(pid_t pid, milliseconds bound) noexcept {
    const auto until = steady_clock::now() + bound;
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, WNOHANG) == 0) {
        if (steady_clock::now() >= until) return false;
        ::poll(nullptr, 0, static_cast<int>(kTryAgain.count()));
    }
    return true;
}

bool move_above_streams(UniqueFd& fd) noexcept {
    if (fd.get() > STDERR_FILENO) return true;
    fd.reset(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return static_cast<bool>(fd);
}

}  // namespace pipeline
