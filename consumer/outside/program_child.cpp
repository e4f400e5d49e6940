// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/program_child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "common/os/orphans.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t kErrorBytes = 65'536;
constexpr std::size_t kMostLastWords = std::size_t{1} << 20U;  // most stderr to read after its end
constexpr std::chrono::milliseconds kOrphansInterval{500};
constexpr std::chrono::milliseconds kOrphansEnd{2000};

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

// Moves a descriptor above the standard ones, which the child's descriptors replace.
bool move_up(UniqueFd& fd) noexcept {
    if (fd.get() > STDERR_FILENO) return true;
    fd.reset(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return static_cast<bool>(fd);
}

// Returns false, with errno, if the system is out of descriptors.
bool open_pipe(Pipe& pipe) noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    pipe.read_end.reset(ends[0]);
    pipe.write_end.reset(ends[1]);
    return move_up(pipe.read_end) && move_up(pipe.write_end);
}

bool set_non_blocking(const UniqueFd& fd) noexcept {
    return ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0;
}

struct Standard {
    int input, output, error;
};

void close_others(int kept) noexcept {
    const auto kept_fd = static_cast<unsigned>(kept);
    const bool below = kept == STDERR_FILENO + 1 || ::close_range(STDERR_FILENO + 1, kept_fd - 1, 0) == 0;
    if (below && ::close_range(kept_fd + 1, ~0U, 0) == 0) return;
    // Linux before 5.9. Exec closes our own descriptors; this closes inherited ones.
    constexpr int kUsual = 1024;
    for (int fd = STDERR_FILENO + 1; fd < kUsual; ++fd) {
        if (fd != kept) ::close(fd);
    }
}

// The consumer blocks signals and ignores SIGPIPE; a program expects neither.
void reset_signals() noexcept {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child: only async-signal-safe calls from here to exec. Reports a mishap.
[[noreturn]] void become(const char* path, char* const* arguments, const Standard& standard,
                         std::uint64_t memory_limit, pid_t parent, int report_fd) noexcept {
    Mishap mishap{Mishap::Step::Prepare, 0};
    const bool ready = ::setpgid(0, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                       ::dup2(standard.input, STDIN_FILENO) >= 0 &&
                       ::dup2(standard.output, STDOUT_FILENO) >= 0 &&
                       ::dup2(standard.error, STDERR_FILENO) >= 0;
    if (ready && ::getppid() == parent) {
        close_others(report_fd);
        reset_signals();
        const rlimit limit{memory_limit, memory_limit};
        mishap.step = Mishap::Step::Limit;
        if (memory_limit == 0 || ::setrlimit(RLIMIT_AS, &limit) == 0) {
            mishap.step = Mishap::Step::Exec;
            ::execv(path, arguments);
        }
    }
    mishap.error = errno;
    [[maybe_unused]] const auto written = ::write(report_fd, &mishap, sizeof mishap);
    ::_exit(127);
}

std::optional<Mishap> read_report(int fd) noexcept {
    Mishap mishap;
    ssize_t got = 0;
    do got = ::read(fd, &mishap, sizeof mishap);
    while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof mishap)) return std::nullopt;
    return mishap;
}

}  // namespace

struct ProgramChild::Pipes {
    Pipe input, output, error, report;
    // Returns 0 or an errno value.
    int open(Input kind) noexcept {
        if (kind == Input::Pipe) {
            if (!open_pipe(input)) return errno;
        } else {
            input.read_end.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            if (!input.read_end || !move_up(input.read_end)) return errno;
        }
        return open_pipe(output) && open_pipe(error) && open_pipe(report) &&
                       (kind != Input::Pipe || set_non_blocking(input.write_end)) &&
                       set_non_blocking(output.read_end) && set_non_blocking(error.read_end)
                   ? 0
                   : errno;
    }
};

ProgramChild::ProgramChild(Setup setup) : setup_(std::move(setup)), error_bytes_(kErrorBytes) {
    adopt_orphans();
}

ProgramChild::~ProgramChild() {
    if (is_running()) {
        kill_group();
        let_go();
    }
    kill_all_orphans({}, kOrphansEnd);
}

std::optional<Mishap> ProgramChild::start(const std::vector<std::string>& arguments, std::string_view about) {
    const auto mishap = launch(arguments);
    if (!mishap) {
        const std::string name = printable(setup_.name);
        errors_.begin(about.empty() ? fmt::format("{}[{}]", name, pid_)
                                    : fmt::format("{}[{}] {}", name, pid_, printable(about)));
    }
    return mishap;
}

std::string ProgramChild::throw_unless_passing(const Mishap& mishap) const {
    const Failure failure = mishap.failure(setup_.path, setup_.memory_limit);
    if (!mishap.may_pass(setup_.memory_limit)) throw failure;
    return failure.what();
}

std::optional<Mishap> ProgramChild::launch(const std::vector<std::string>& arguments) {
    Pipes pipes;
    if (const int error = pipes.open(setup_.input); error != 0) return Mishap{Mishap::Step::Pipe, error};
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const Standard standard{pipes.input.read_end.get(), pipes.output.write_end.get(),
                            pipes.error.write_end.get()};
    const pid_t self = ::getpid();

    const pid_t pid = ::fork();
    if (pid < 0) return Mishap{Mishap::Step::Fork, errno};
    if (pid == 0) {
        become(setup_.path.c_str(), argv.data(), standard, setup_.memory_limit, self,
               pipes.report.write_end.get());
    }
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    const int error = errno;
    pipes.report.write_end.reset();
    const auto mishap =
        pidfd ? read_report(pipes.report.read_end.get()) : std::optional(Mishap{Mishap::Step::Pidfd, error});
    if (mishap) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        return mishap;
    }
    pid_ = pid;
    pidfd_ = std::move(pidfd);
    input_ = std::move(pipes.input.write_end);
    output_ = std::move(pipes.output.read_end);
    error_ = std::move(pipes.error.read_end);
    return std::nullopt;
}

ProgramChild::Ready ProgramChild::wait(bool wants_input, nanoseconds bound) {
    // poll(2) passes over negative descriptors.
    std::array<pollfd, 4> watched{{{pidfd_.get(), POLLIN, 0},
                                   {output_.get(), POLLIN, 0},
                                   {error_.get(), POLLIN, 0},
                                   {wants_input ? input_.get() : -1, POLLOUT, 0}}};
    timespec timeout{};
    const nanoseconds most = std::max(bound, nanoseconds::zero());
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(most);
    timeout.tv_sec = whole.count();
    timeout.tv_nsec = (most - whole).count();
    if (::ppoll(watched.data(), watched.size(), &timeout, nullptr) <= 0) return {};
    if (watched[2].revents != 0) read_errors(steady_clock::now());
    return {watched[3].revents != 0, watched[1].revents != 0, watched[0].revents != 0};
}

ProgramChild::ReadResult ProgramChild::read_output(std::span<char> to) noexcept {
    while (output_) {
        const ssize_t bytes = ::read(output_.get(), to.data(), to.size());
        if (bytes > 0) return {ReadOutcome::Read, static_cast<std::size_t>(bytes)};
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes < 0 && errno == EAGAIN) return {ReadOutcome::Nothing, 0};
        output_.reset();
    }
    return {ReadOutcome::End, 0};
}

ProgramChild::WriteResult ProgramChild::write_input(std::string_view text) noexcept {
    while (true) {
        const ssize_t bytes = ::write(input_.get(), text.data(), text.size());
        if (bytes >= 0) return {WriteOutcome::Written, static_cast<std::size_t>(bytes)};
        if (errno == EINTR) continue;
        return {errno == EAGAIN ? WriteOutcome::Full : WriteOutcome::Closed, 0};
    }
}

std::size_t ProgramChild::unread_input() const noexcept {
    int bytes = 0;
    return input_ && ::ioctl(input_.get(), FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void ProgramChild::signal(int number) const noexcept {
    if (pid_ <= 0) return;
    ::kill(-pid_, number);
    // Check after the group: a program may take a second SIGTERM differently.
    if (::getpgid(pid_) != pid_) ::kill(pid_, number);
}

int ProgramChild::bury() {
    kill_group();
    const pid_t pid = std::exchange(pid_, -1);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    let_go();
    return status;
}

void ProgramChild::abandon() {
    log(LogLevel::Warning, "{} (pid {}) does not end, not even by SIGKILL: it is left alone; see ps",
        setup_.name, pid_);
    let_go();
}

// Reads its last words and forgets it.
void ProgramChild::let_go() {
    const TimePoint now = steady_clock::now();
    for (std::size_t read = 0; error_ && read < kMostLastWords; read += kErrorBytes) {
        pollfd readable{error_.get(), POLLIN, 0};
        if (::poll(&readable, 1, 0) != 1) break;
        read_errors(now);
    }
    errors_.end(now);
    pid_ = -1;
    pidfd_.reset();
    input_.reset();
    output_.reset();
    error_.reset();
    look_for_orphans(now);
}

void ProgramChild::read_errors(TimePoint now) {
    const ssize_t bytes = ::read(error_.get(), error_bytes_.data(), error_bytes_.size());
    if (bytes > 0) {
        errors_.take({error_bytes_.data(), static_cast<std::size_t>(bytes)}, now);
    } else if (bytes == 0 || (errno != EINTR && errno != EAGAIN)) {
        error_.reset();
    }
}

void ProgramChild::look_for_orphans(TimePoint now) noexcept {
    if (now < next_look_for_orphans_) return;
    next_look_for_orphans_ = now + kOrphansInterval;
    const std::array<pid_t, 1> own{pid_};
    kill_orphans(own, pid_);
}

}  // namespace pipeline
