// SPDX-License-Identifier: Apache-2.0
// Programs outside that cannot be started, or cannot be ended: by a limit, by the host, or because they
// belong to somebody else.
#include "common/outside/program_child.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "consumer/outside/each_processor.hpp"
#include "consumer/outside/exec_processor.hpp"
#include "tests/support/apart.hpp"
#include "tests/support/batch_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"
#include "tests/support/process.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

// While it is set, nobody can be killed, as if every process were another user's.
std::atomic<bool> kill_is_refused{false};

constexpr std::uint64_t kHardLimit = std::uint64_t{1} << 50U;

// How the start of a program under that limit ends.
std::string started(std::uint64_t memory_limit) {
    ProgramChild child({"/bin/true", "true", ProgramChild::Input::Null, memory_limit});
    const auto mishap = child.start({"true"}, {});
    return mishap ? child.throw_unless_passing(*mishap) : "started";
}

std::string fate_under_a_hard_limit() {
    const rlimit limit{kHardLimit, kHardLimit};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return "no limit";
    constexpr uid_t kUnprivileged = 65'534;  // root may raise it again
    if (::geteuid() == 0 && ::setresuid(kUnprivileged, kUnprivileged, kUnprivileged) != 0)
        return "still root";
    return started(2 * kHardLimit);
}

// fork(2) fails with ENOMEM where the first process of its namespace has ended (pid_namespaces(7)).
std::string fate_without_memory_for_a_fork() {
    if (::unshare(CLONE_NEWPID) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return "no namespace";
    const pid_t first = ::fork();
    if (first == 0) ::_exit(0);
    ::waitpid(first, nullptr, 0);
    return started(std::uint64_t{1} << 30U);
}

// The fate of an invoice whose program cannot be killed; then it can, and is gone.
template <class Processor, class... Arguments>
std::string fate_of_invoice(Arguments&&... arguments) {
    BatchOwner owner(1);
    Batch batch = owner.batch(1, 50ms);
    {
        Processor processor(std::forward<Arguments>(arguments)...);
        kill_is_refused = true;
        processor.process(batch);
        kill_is_refused = false;
        if (children_of(::getpid(), "sleep").size() != 1) return "it has ended";
    }
    if (!children_of(::getpid()).empty()) return "it is left for ever";
    return std::string(owner.results_[0].details.reason_text());
}

}  // namespace

// It stands in front of libc's.
extern "C" int kill(pid_t pid, int sig) noexcept {
    return kill_is_refused ? 0 : static_cast<int>(::syscall(SYS_kill, pid, sig));
}

TEST_CASE("a memory limit above the hard one is refused by its name", "[program]") {
    const Apart apart(fate_under_a_hard_limit);
    const std::string said = apart.result();
    INFO(said);
    CHECK(said.find("limiting the memory of /bin/true: Operation not permitted; --memory-limit") == 0);
}

TEST_CASE("a fork for which the host has no memory is tried again, whatever the program's limit is",
          "[program]") {
    const Apart apart(fate_without_memory_for_a_fork);
    const std::string said = apart.result();
    if (said == "no namespace") {
        WARN("not run: no namespace of processes can be made here");
        return;
    }
    CHECK(said ==
          "fork for starting /bin/true: Cannot allocate memory; free memory, or raise its limit (ulimit -v, "
          "MemoryMax=)");
}

TEST_CASE("a program that cannot be killed is left alone, and its invoice goes on without it", "[program]") {
    const ProgramChild::Setup sleeper{"/bin/sleep", "sleep", ProgramChild::Input::Pipe, 0};
    const std::vector<std::string> command{"sleep", "600"};
    // At the same time: each waits for its three seconds.
    const Apart exec([&] {
        ExecPlan plan;
        plan.program = {"/bin/sh", "sleep", ProgramChild::Input::Pipe, 0};
        plan.arguments = {"sh", "-c", "read -r request; exec sleep 600"};  // else it is still starting
        plan.pipeline = 1;
        plan.limits.item_timeout = 50ms;
        return fate_of_invoice<ExecProcessor>(std::move(plan), RequestWriter(RequestForm::Id, SourceSpec{}));
    });
    const Apart each([&] {
        return fate_of_invoice<EachProcessor>(EachPlan{sleeper, 50ms}, CommandTemplate(command, {}));
    });
    CHECK(exec.result() == "ran longer than 50 ms");
    CHECK(each.result() == "ran longer than 50 ms");
}
