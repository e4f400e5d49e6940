// SPDX-License-Identifier: Apache-2.0
// Whatever hangs, the supervisor obeys: a child that does not get as far as its program, processes that
// cannot be killed, readers that have stopped reading. Without a bound on each wait, these runs would last as
// long as what hangs: 45 seconds at least.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/faults/installation.hpp"
#include "tests/faults/said.hpp"
#include "tests/faults/stalled_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::chrono::seconds kObeyed{30};  // six would do on a machine that has time

// Nobody else can open the file while this exists; the kernel lets them wait for 45 seconds (fcntl(2)).
class Lease {
  public:
    explicit Lease(const std::filesystem::path& file)
        : before_(::signal(SIGIO, SIG_IGN)), file_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
        is_held_ = file_ && ::fcntl(file_.get(), F_SETLEASE, F_WRLCK) == 0;
        if (!is_held_) WARN("not run: no lease on a file: " << std::strerror(errno));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { ::signal(SIGIO, before_); }
    [[nodiscard]] bool is_held() const noexcept { return is_held_; }

  private:
    void (*before_)(int);
    UniqueFd file_;
    bool is_held_ = false;
};

// The child of a supervisor that has not executed its program yet.
pid_t child_before_exec(const Process& supervisor) {
    pid_t child = 0;
    REQUIRE(eventually([&] {
        const auto found = supervisor.children("supervisor");
        if (!found.empty()) child = found.front();
        return child != 0;
    }));
    return child;
}

const std::vector<std::string> kThousand{
    "--consumers", "1", "--once", "--source", "sequence:1000", "--process", "none", "--drain-timeout", "1s"};

void require_obeyed(Process& supervisor) {
    const auto since = std::chrono::steady_clock::now();
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait(kObeyed) == 75);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
    WARN("obeyed after " << took.count() << " s, with a --drain-timeout of 1 s");
}

void require_finished_by_next_start(PipelineRun& run) {
    auto next = run.start(kThousand);
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

}  // namespace

TEST_CASE("a consumer whose exec hangs, or that is stopped before it, keeps nobody from stopping") {
    const bool is_stopped = GENERATE(false, true);
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    std::optional<Lease> lease(std::in_place, installation / "consumer");
    if (!lease->is_held()) return;
    auto supervisor = run.start_program(installation / "supervisor", kThousand);
    const pid_t child = child_before_exec(supervisor);
    if (is_stopped) REQUIRE(::kill(child, SIGSTOP) == 0);
    require_obeyed(supervisor);
    lease.reset();
    require_finished_by_next_start(run);
}

TEST_CASE(
    "a consumer that waits for a dead disk and cannot be killed keeps nobody from stopping or starting") {
    if (!StalledDisk::is_possible()) return;
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    const auto folder = run.directory() / "disk";
    std::filesystem::create_directory(folder);
    std::filesystem::remove(installation / "consumer");
    std::filesystem::create_symlink(folder / "consumer", installation / "consumer");
    std::optional<StalledDisk> disk(std::in_place, folder);
    auto supervisor = run.start_program(installation / "supervisor", kThousand);
    child_before_exec(supervisor);
    require_obeyed(supervisor);
    require_said(supervisor, "a consumer that cannot be killed",
                 {"consumer 0 (pid ", "does not end, not even by SIGKILL", "see ps"});
    auto next = run.start(kThousand);
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(1000);
    disk.reset();
    CHECK(eventually([] { return PipelineRun::has_no_children(); }));
    run.require_nothing_left();
}

TEST_CASE("a program that cannot be killed keeps nobody from stopping") {
    if (!StalledDisk::is_possible()) return;
    PipelineRun run;
    const auto folder = run.directory() / "disk";
    std::filesystem::create_directory(folder);
    std::optional<StalledDisk> disk(std::in_place, folder);
    const auto begun = run.directory() / "begun";
    auto supervisor = run.start(
        {"--consumers", "1", "--source", "sequence:1000", "--drain-timeout", "1s", "--process",
         fmt::format("each:sh -c 'touch {0}; exec cat {1}/file'", begun.string(), folder.string())});
    REQUIRE(eventually([&] { return std::filesystem::exists(begun); }));
    require_obeyed(supervisor);
    disk.reset();
    CHECK(eventually([] { return PipelineRun::has_no_children(); }));
    require_finished_by_next_start(run);
}

TEST_CASE("readers that have stopped reading keep nobody from stopping") {
    PipelineRun run;
    Pipe pipe;
    std::array<int, 2> ends{-1, -1};
    std::string variable;
    std::string value;
    int error = -1;
    SECTION("of standard error") {
        pipe.fill();
        error = pipe.in.get();
    }
    SECTION("the journal, of its stream") {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const std::array<char, 1024> bytes{};
        while (::send(ends[0], bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
        }
        struct stat status {};
        REQUIRE(::fstat(ends[0], &status) == 0);
        error = ends[0];
        variable = "JOURNAL_STREAM";
        value = fmt::format("{}:{}", status.st_dev, status.st_ino);
    }
    SECTION("the service manager, of its socket") {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        value = run.directory() / "notify";
        variable = "NOTIFY_SOCKET";
        std::strcpy(address.sun_path, value.c_str());
        ends[0] = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ends[1] = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        REQUIRE(::bind(ends[0], generic, sizeof address) == 0);
        while (::sendto(ends[1], "x", 1, MSG_DONTWAIT, generic, sizeof address) > 0) {
        }
    }
    auto supervisor = run.start_in(
        [&] {
            if (error >= 0) ::dup2(error, STDERR_FILENO);
            if (!variable.empty()) ::setenv(variable.c_str(), value.c_str(), 1);
        },
        {"--consumers", "2", "--source", "sequence:1000", "--process", "none", "--log-level", "debug",
         "--drain-timeout", "20s"});
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait(kObeyed) == 0);
    for (const int fd : ends) {
        if (fd >= 0) ::close(fd);
    }
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}
