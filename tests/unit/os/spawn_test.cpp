// SPDX-License-Identifier: Apache-2.0
#include "common/os/spawn.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kLong{60'000};

SpawnPlan shell(const std::string& script) {
    SpawnPlan plan;
    plan.paths = {"/bin/sh"};
    plan.arguments = {"sh", "-c", script};
    return plan;
}

Spawned spawned(const SpawnPlan& plan) {
    auto result = spawn(plan);
    REQUIRE(std::holds_alternative<Spawned>(result));
    return std::move(std::get<Spawned>(result));
}

// The start as it is decided; the child is reaped if it has failed.
Start decided(const SpawnPlan& plan) {
    Spawned child = spawned(plan);
    const Start start = await_start(child, kLong);
    CHECK(start.state != Start::State::Pending);
    CHECK(kill_and_reap(child.pid, kLong));
    return start;
}

// The wait status once the child has ended.
int end_of(const Spawned& child) {
    pollfd ended{child.pidfd.get(), POLLIN, 0};
    REQUIRE(::poll(&ended, 1, static_cast<int>(kLong.count())) == 1);
    int status = -1;
    REQUIRE(::waitpid(child.pid, &status, 0) == child.pid);
    return status;
}

// Runs a script to its end, and returns what it has written to its standard output.
std::string output_of(SpawnPlan plan) {
    Pipe pipe;
    plan.output = pipe.in.get();
    Spawned child = spawned(plan);
    pipe.in.reset();
    CHECK(await_start(child, kLong).state == Start::State::Running);
    std::string output;
    std::array<char, 256> bytes{};
    for (ssize_t got = 1; got > 0;) {
        got = ::read(pipe.out.get(), bytes.data(), bytes.size());
        if (got > 0) output.append(bytes.data(), static_cast<std::size_t>(got));
    }
    CHECK(end_of(child) == 0);
    return output;
}

// The signal that each child of fork(2) has as soon as it exists; 0: none.
int sent_to_children = 0;

// The status with which a program ends that is apart, if its process had the signal before it had a group of
// its own, and the signal was blocked.
int end_after_early(int signal) {
    static const bool is_ready = ::pthread_atfork(nullptr, nullptr, [] {
                                     if (sent_to_children != 0) ::kill(::getpid(), sent_to_children);
                                 }) == 0;
    REQUIRE(is_ready);
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, signal);
    REQUIRE(::pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0);
    SpawnPlan plan = shell("exit 3");
    plan.is_apart = true;
    sent_to_children = signal;
    const Spawned child = spawned(plan);
    sent_to_children = 0;
    REQUIRE(::pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
    return end_of(child);
}

}  // namespace

TEST_CASE("a program runs with its arguments and streams, and its end can be waited for", "[spawn]") {
    CHECK(output_of(shell("echo well")) == "well\n");
    Spawned child = spawned(shell("exit 3"));
    CHECK(await_start(child, kLong).state == Start::State::Running);
    CHECK_FALSE(child.report);
    const int status = end_of(child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 3);
}

TEST_CASE("the first program that exists is executed", "[spawn]") {
    SpawnPlan plan = shell("echo here");
    plan.paths = {"/nowhere/sh", "/bin/sh", "/bin/false"};
    CHECK(output_of(plan) == "here\n");
    plan.paths = {"/etc/passwd", "/bin/sh"};  // exists, but cannot be executed
    CHECK(decided(plan).mishap.error == EACCES);
}

TEST_CASE("a program inherits the environment, or has the one that it is given and no other", "[spawn]") {
    REQUIRE(::setenv("SPAWN_TEST", "inherited", 1) == 0);
    SpawnPlan plan = shell("echo $SPAWN_TEST,$SPAWN_OWN");
    CHECK(output_of(plan) == "inherited,\n");
    plan.environment = {"SPAWN_OWN=given"};
    CHECK(output_of(plan) == ",given\n");
    ::unsetenv("SPAWN_TEST");
}

TEST_CASE("a start that fails says at which step and why", "[spawn]") {
    SpawnPlan plan = shell("true");
    SECTION("the program is missing") {
        plan.paths = {"/nowhere/sh", "/nowhere/either"};
        const Start start = decided(plan);
        CHECK(start.state == Start::State::Failed);
        CHECK(start.mishap.step == Mishap::Step::Exec);
        CHECK(start.mishap.error == ENOENT);
    }
    SECTION("a stream cannot be made") {
        plan.output = 1 << 20;
        const Start start = decided(plan);
        CHECK(start.state == Start::State::Failed);
        CHECK(start.mishap.step == Mishap::Step::Prepare);
        CHECK(start.mishap.error == EBADF);
    }
    SECTION("no descriptor is left") {
        rlimit before{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        const rlimit none{0, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
        const auto result = spawn(plan);
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
        const auto* mishap = std::get_if<Mishap>(&result);
        REQUIRE(mishap != nullptr);
        CHECK(mishap->step == Mishap::Step::Pipe);
        CHECK(mishap->error == EMFILE);
    }
}

TEST_CASE("a start that hangs is pending, holds nobody up, and can be ended", "[spawn]") {
    // While this process has a lease on the file, nobody else can open it: their exec waits (fcntl(2)).
    const TemporaryFolder folder;
    const std::string path = folder / "script";
    write_file(path, "#!/bin/sh\nexit 0\n");
    REQUIRE(::chmod(path.c_str(), 0700) == 0);
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto said = ::signal(SIGIO, SIG_IGN);  // tells of the one who waits
    if (::fcntl(file.get(), F_SETLEASE, F_WRLCK) != 0) {
        WARN("skipped: no lease on " << path << ": " << error_text(errno));
        return;
    }
    SpawnPlan plan = shell("true");
    plan.paths = {path};
    Spawned child = spawned(plan);
    CHECK(await_start(child, 50ms).state == Start::State::Pending);
    CHECK(await_start(child, 0ms).state == Start::State::Pending);
    SECTION("it is killed") {
        CHECK(kill_and_reap(child.pid, kLong));
        CHECK(await_start(child, kLong).state == Start::State::Running);  // its end says more
    }
    SECTION("it goes on") {
        file.reset();
        CHECK(await_start(child, kLong).state == Start::State::Running);
        CHECK(end_of(child) == 0);
    }
    ::signal(SIGIO, said);
    std::filesystem::remove(path);
}

TEST_CASE("a program has no descriptors but its streams; apart, it has its own group and default signals",
          "[spawn]") {
    const UniqueFd inherited(::open("/dev/null", O_RDONLY));  // not close-on-exec
    const std::string number = std::to_string(inherited.get());
    SpawnPlan plan = shell("[ -e /proc/$$/fd/" + number +
                           " ] && echo open; "
                           "[ \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ ] && echo leader; "
                           "grep -E 'SigBlk|SigIgn' /proc/$$/status | tr -d '\\t'");
    CHECK(output_of(plan).find("leader") == std::string::npos);
    CHECK(output_of(plan).find("open") == std::string::npos);
    plan.is_apart = true;
    CHECK(output_of(plan) == "leader\nSigBlk:0000000000000000\nSigIgn:0000000000000000\n");
}

TEST_CASE("a program gets the descriptor that the plan names, under its number", "[spawn]") {
    const UniqueFd kept(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const UniqueFd below(::fcntl(kept.get(), F_DUPFD, STDERR_FILENO + 1));
    const UniqueFd above(::fcntl(kept.get(), F_DUPFD, 200));
    const auto is_open = [](const UniqueFd& fd) {
        return fmt::format("[ -e /proc/$$/fd/{0} ] && echo {0}; ", fd.get());
    };
    SpawnPlan plan = shell(is_open(below) + is_open(kept) + is_open(above) + "true");
    CHECK(output_of(plan).empty());
    for (const UniqueFd* fd : {&below, &kept, &above}) {
        plan.kept = fd->get();
        CHECK(output_of(plan) == fmt::format("{}\n", fd->get()));
    }
    plan.kept = 100;  // nobody has it open
    CHECK(decided(plan).mishap.step == Mishap::Step::Prepare);
}

TEST_CASE("a program that is apart outlives what a terminal sent while it was being started", "[spawn]") {
    for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU}) {
        CAPTURE(signal);
        const int status = end_after_early(signal);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 3);
    }
    const int status = end_after_early(SIGTERM);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("the limit of memory is that of the program alone", "[spawn]") {
    SpawnPlan plan = shell("ulimit -v");
    plan.memory_limit = std::uint64_t{1} << 30U;
    CHECK(output_of(plan) == "1048576\n");
    rlimit own{};
    REQUIRE(::getrlimit(RLIMIT_AS, &own) == 0);
    CHECK(own.rlim_cur != plan.memory_limit);
}
