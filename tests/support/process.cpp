// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

#include <sstream>
#include <utility>

#include "tests/support/catch.hpp"

namespace pipeline::test {

std::vector<pid_t> children_of(pid_t pid, const std::string& program) {
    std::istringstream list(read_file(fmt::format("/proc/{0}/task/{0}/children", pid)));
    std::vector<pid_t> found;
    for (pid_t child = 0; list >> child;) {
        std::string name = read_file(fmt::format("/proc/{}/comm", child));
        if (!name.empty() && name.back() == '\n') name.pop_back();
        if (program.empty() || name == program) found.push_back(child);
    }
    return found;
}

namespace {

// The signals as a shell starts programs with them, whatever this test was started with (nohup(1) ignores
// SIGHUP).
void reset_signals() {
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::filesystem::path& directory,
                 const std::string& tag, int input_fd, const std::function<void()>& before_exec)
    : out_(directory / (tag + ".out")), err_(directory / (tag + ".err")) {
    std::vector<char*> arguments;
    for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    // A signal that meets the child before it is another program must not run the handlers of this one, which
    // may need a lock that a thread of this one holds.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_ = ::fork();
    if (pid_ != 0) {
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        REQUIRE(pid_ > 0);
        return;
    }
    const int in = input_fd >= 0 ? input_fd : ::open("/dev/null", O_RDONLY);
    const int out = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = ::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2) {
        reset_signals();
        if (before_exec) before_exec();
        ::close_range(3, ~0U, 0);
        ::execv(arguments[0], arguments.data());
    }
    ::_exit(127);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

Process::~Process() {
    if (pid_ < 0 || status_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Process::send(int signal) const {
    REQUIRE(::kill(pid_, signal) == 0);
}

bool Process::is_running() {
    if (status_) return false;
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == 0) return true;
    if (ended < 0) status = SIGKILL;  // PipelineRun::kill_everything() has waited for it
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    return false;
}

int Process::wait(std::chrono::milliseconds deadline) {
    if (!eventually([this] { return !is_running(); }, deadline)) {
        FAIL("process " << pid_ << " does not end; it has said:\n" << err() << out());
    }
    return *status_;
}

std::vector<pid_t> Process::children(const std::string& program) const {
    return children_of(pid_, program);
}

pid_t Process::child(const std::string& program) const {
    std::vector<pid_t> found;
    if (!eventually([&] { return !(found = children(program)).empty(); })) {
        FAIL("process " << pid_ << " has no " << program << "; it has said:\n" << err() << out());
    }
    return found.front();
}

namespace {

std::vector<pid_t>& spared() {
    static std::vector<pid_t> pids;
    return pids;
}

}  // namespace

void spare(pid_t pid) {
    spared().push_back(pid);
}

bool is_spared(pid_t pid) {
    return std::find(spared().begin(), spared().end(), pid) != spared().end();
}

}  // namespace pipeline::test
