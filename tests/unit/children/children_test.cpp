// SPDX-License-Identifier: Apache-2.0
// Whom the supervisor takes for an orphan: what its consumers have left, and not what it was given by whoever
// executed it.
#include "supervisor/children/children.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/support/apart.hpp"
#include "tests/support/catch.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr int kWell = 7;

// Children that end well as soon as open() is called, and not before.
class Gate {
  public:
    Gate() {
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) ::_exit(1);
        read_end_.reset(ends[0]);
        write_end_.reset(ends[1]);
    }
    [[nodiscard]] pid_t child() {
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        write_end_.reset();
        char none = 0;
        ::_exit(::read(read_end_.get(), &none, 1) == 0 ? kWell : 1);
    }
    void open() noexcept { write_end_.reset(); }

  private:
    UniqueFd read_end_;
    UniqueFd write_end_;
};

bool runs(pid_t pid) {
    return ::waitpid(pid, nullptr, WNOHANG) == 0;
}

bool is_reaped(pid_t pid) {
    return ::waitpid(pid, nullptr, WNOHANG) < 0 && errno == ECHILD;
}

// Waits for its end without reaping it.
bool ends_well(pid_t pid) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0 &&
           info.si_code == CLD_EXITED && info.si_status == kWell;
}

// How many of `inherited` are spared, end well, and are then reaped; an orphan among them is killed.
std::string fate_of(std::size_t count) {
    Gate gate;
    std::vector<pid_t> inherited;
    for (std::size_t i = 0; i < count; ++i) inherited.push_back(gate.child());
    Children children(Child{}, true);
    const pid_t orphan = gate.child();
    const bool none_left = children.end_orphans(std::chrono::seconds(20));
    const bool orphan_is_reaped = is_reaped(orphan);
    const auto spared = std::count_if(inherited.begin(), inherited.end(), runs);
    gate.open();
    const auto well = std::count_if(inherited.begin(), inherited.end(), ends_well);
    static_cast<void>(children.end_orphans(std::chrono::milliseconds(0)));
    const auto reaped = std::count_if(inherited.begin(), inherited.end(), is_reaped);
    return fmt::format("{}, {}; {} spared, {} ended well, {} reaped", none_left ? "none left" : "some left",
                       orphan_is_reaped ? "orphan ended" : "orphan lives", spared, well, reaped);
}

}  // namespace

TEST_CASE("children from before the exec are spared and reaped, and an orphan is ended", "[children]") {
    // More pids than fit in a page of proc(5).
    const std::size_t count = GENERATE(1U, 700U);
    const Apart apart([count] { return fate_of(count); });
    CHECK(apart.result() ==
          fmt::format("none left, orphan ended; {0} spared, {0} ended well, {0} reaped", count));
}
