// SPDX-License-Identifier: Apache-2.0
#include "common/outside/program_child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <variant>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "common/os/orphans.hpp"
#include "common/os/spawn.hpp"
#include "common/outside/mishap.hpp"

namespace pipeline {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t kErrorBytes = 65'536;
constexpr std::size_t kMostLastWords = std::size_t{1} << 20U;  // stderr bytes to read after the program's end
constexpr std::chrono::milliseconds kOrphansInterval{500};
constexpr std::chrono::milliseconds kOrphansEnd{2000};

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;
};

// Returns false and leaves errno set if it fails.
bool open_pipe(Pipe& pipe) noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    pipe.read_end.reset(ends[0]);
    pipe.write_end.reset(ends[1]);
    return move_above_streams(pipe.read_end) && move_above_streams(pipe.write_end);
}

// Opens a file in memory that has these bytes, at its beginning. Returns false and leaves errno set if it
// fails.
bool open_file(UniqueFd& fd, std::string_view bytes) noexcept {
    fd.reset(::memfd_create("body", MFD_CLOEXEC));
    if (!fd || !move_above_streams(fd)) return false;
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::lseek(fd.get(), 0, SEEK_SET) == 0;
}

bool set_non_blocking(const UniqueFd& fd) noexcept {
    return ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0;
}

}  // namespace

struct ProgramChild::Pipes {
    Pipe input, output, error;
    // Returns 0 or an errno value.
    int open(Input kind, std::string_view body) noexcept {
        if (kind == Input::Pipe) {
            if (!open_pipe(input)) return errno;
        } else if (kind == Input::Body && body.data() != nullptr) {
            if (!open_file(input.read_end, body)) return errno;
        } else {
            input.read_end.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            if (!input.read_end || !move_above_streams(input.read_end)) return errno;
        }
        return open_pipe(output) && open_pipe(error) &&
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

std::optional<Mishap> ProgramChild::start(const std::vector<std::string>& arguments, std::string_view about,
                                          const std::vector<std::string>& environment,
                                          std::string_view body) {
    const auto mishap = launch(arguments, environment, body);
    if (!mishap) {
        const std::string name = printable(setup_.name);
        const std::string id = printable(about);
        errors_.begin(fmt::format("{}[{}]{}{}", name, pid_, id.empty() ? "" : " ", id), id);
    }
    return mishap;
}

std::string ProgramChild::throw_unless_passing(const Mishap& mishap) const {
    const Failure failure = failure_of(mishap, setup_.path, setup_.memory_limit);
    if (!may_pass(mishap, setup_.memory_limit)) throw failure;
    return failure.what();
}

std::optional<Mishap> ProgramChild::launch(const std::vector<std::string>& arguments,
                                           const std::vector<std::string>& environment,
                                           std::string_view body) {
    Pipes pipes;
    if (const int error = pipes.open(setup_.input, body); error != 0)
        return Mishap{Mishap::Step::Pipe, error};
    SpawnPlan plan;
    plan.paths = {setup_.path};
    plan.arguments = arguments;
    plan.environment = environment;
    plan.input = pipes.input.read_end.get();
    plan.output = pipes.output.write_end.get();
    plan.error = pipes.error.write_end.get();
    plan.is_apart = true;
    plan.memory_limit = setup_.memory_limit;
    if (setup_.rule_set) plan.rule_set = setup_.rule_set->get();
    auto spawned = spawn(plan);
    if (const auto* mishap = std::get_if<Mishap>(&spawned)) return *mishap;
    Spawned& child = std::get<Spawned>(spawned);
    const Start start = await_start(child, std::chrono::milliseconds(-1));
    if (start.state == Start::State::Failed) {
        kill_and_reap(child.pid, kEndAtKill);
        return start.mishap;
    }
    pid_ = child.pid;
    pidfd_ = std::move(child.pidfd);
    input_ = std::move(pipes.input.write_end);
    output_ = std::move(pipes.output.read_end);
    error_ = std::move(pipes.error.read_end);
    return std::nullopt;
}

ProgramChild::Ready ProgramChild::wait(Wants wants, nanoseconds bound) {
    // poll(2) ignores negative descriptors.
    std::array<pollfd, 5> watched{{{pidfd_.get(), POLLIN, 0},
                                   {wants.output ? output_.get() : -1, POLLIN, 0},
                                   {error_.get(), POLLIN, 0},
                                   {wants.input ? input_.get() : -1, POLLOUT, 0},
                                   {wants.also, POLLIN, 0}}};
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
    // Signal the leader itself only if it has left the group. Otherwise it would get the signal twice, and
    // some programs treat a second SIGTERM differently.
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

// Reads the program's last lines on standard error, and forgets the program.
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
