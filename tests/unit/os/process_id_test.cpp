// SPDX-License-Identifier: Apache-2.0
// A process is told from another one that has its pid.
#include "common/os/process_id.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "supervisor/children/children.hpp"
#include "supervisor/watch/watch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_segments.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// As one whose pid this process was given after its death.
ProcessId predecessor_of(ProcessId process) {
    return {process.pid, process.started_ticks - 1};
}

}  // namespace

TEST_CASE("this process is alive under its own start time, and one that had its pid before is not",
          "[process_id]") {
    const ProcessId self = ProcessId::self();
    CHECK(self.pid == static_cast<std::uint32_t>(::getpid()));
    REQUIRE(self.started_ticks > 1);
    CHECK(self == ProcessId::of(::getpid()));
    CHECK(self.is_alive());
    CHECK_FALSE(predecessor_of(self).is_alive());
    CHECK_FALSE(ProcessId{}.is_alive());
    CHECK(ProcessId{self.pid, 0}.is_alive());
}

TEST_CASE("a thread is no process", "[process_id]") {
    std::promise<std::uint32_t> number;
    std::promise<void> is_asked;
    const std::jthread thread([&] {
        number.set_value(static_cast<std::uint32_t>(::syscall(SYS_gettid)));
        is_asked.get_future().wait();
    });
    CHECK_FALSE(ProcessId{number.get_future().get(), 0}.is_alive());
    is_asked.set_value();
}

TEST_CASE("a process that has ended is dead before anybody reaps it", "[process_id]") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    const ProcessId process = ProcessId::of(child);
    siginfo_t ended{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
    CHECK_FALSE(process.is_alive());
    CHECK(::waitpid(child, nullptr, 0) == child);
    CHECK_FALSE(process.is_alive());
}

TEST_CASE("a word keeps pid and start time, and names one process only", "[process_id]") {
    const ProcessId process{4'194'303, 123'456'789'012};
    CHECK(ProcessId::unpack(process.pack()) == process);
    CHECK(process.is_same_as(process));
    CHECK(process.is_same_as({4'194'303, 0}));
    CHECK_FALSE(process.is_same_as({4'194'303, 123'456'789'013}));
    CHECK_FALSE(process.is_same_as({4'194'302, 123'456'789'012}));
    CHECK_FALSE(ProcessId{}.is_same_as(ProcessId{}));
}

TEST_CASE("a child is not taken for one that had its pid before it", "[process_id]") {
    Child child;
    child.state = Child::State::Running;
    child.process.pid = 4711;
    child.process.started_ticks = 1'000;
    Children children(std::move(child), false);
    CHECK(children.running({4711, 1'000}) == &children.producer());
    CHECK(children.running({4711, 0}) == &children.producer());
    CHECK(children.running({4711, 999}) == nullptr);
    CHECK_FALSE(children.producer().process.is_named_by(ProcessId{4711, 999}.pack()));
}

TEST_CASE("nobody is told of as the owner of a lock whose owner is dead", "[watch][process_id]") {
    const MemorySegments segments(4, 4);
    RobustMutex& lock = segments.ring_area().push_lock;
    die_holding(lock, [] {});
    REQUIRE(lock.owner() != 0);
    CHECK(lock.living_owner() == 0);
    Watch watch(segments.ring(), segments.storage(), std::chrono::seconds(0));
    Watch::TimePoint now{std::chrono::seconds(1000)};
    for (int i = 0; i < 20; ++i) CHECK(watch.look(now += watch.tick()).empty());
    const auto guard = lock.lock([] {});
    CHECK(lock.living_owner() == static_cast<std::uint32_t>(::getpid()));
}
