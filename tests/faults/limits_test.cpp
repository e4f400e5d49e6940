// SPDX-License-Identifier: Apache-2.0
// Limits: open files, processes, memory, the size of files. What does not fit is said at the start; what runs
// out later is waited for, and no invoice is failed for it.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/installation.hpp"
#include "tests/faults/other_user.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void limit(int resource, rlim_t soft, rlim_t hard) {
    const rlimit both{soft, hard};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) ::_exit(126);
}

// Sets the limit of a running process.
void limit_process(pid_t pid, int resource, rlim_t soft) {
    rlimit both{};
    REQUIRE(::prlimit(pid, static_cast<__rlimit_resource>(resource), nullptr, &both) == 0);
    both.rlim_cur = soft;
    REQUIRE(::prlimit(pid, static_cast<__rlimit_resource>(resource), &both, nullptr) == 0);
}

const std::vector<std::string> kThousand{"--consumers",   "2",         "--once", "--source",
                                         "sequence:1000", "--process", "none"};

}  // namespace

TEST_CASE("too few open files for the consumers are said at the start, and a low soft limit is raised") {
    PipelineRun run;
    SECTION("the hard limit is too low") {
        auto supervisor = run.start_in([] { limit(RLIMIT_NOFILE, 24, 24); }, kThousand);
        CHECK(supervisor.wait() == 73);
        require_said(supervisor, "RLIMIT_NOFILE at the start", {"--consumers 2", "34", "24", "ulimit -n"});
        CHECK_FALSE(std::filesystem::exists(run.ledger()));
    }
    SECTION("the soft limit is") {
        auto supervisor = run.start_in([] { limit(RLIMIT_NOFILE, 8, 4096); }, kThousand);
        REQUIRE(supervisor.wait() == 0);
        run.require_numbers_up_to(1000);
    }
    run.require_nothing_left();
}

TEST_CASE("a supervisor that runs out of descriptors starts its children when there are some again") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "2000/s"});
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    limit_process(supervisor.pid(), RLIMIT_NOFILE, 4);
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    require_said(supervisor, "RLIMIT_NOFILE of a running supervisor",
                 {"consumer 0 cannot be started and is tried again", "Too many open files", "ulimit -n"});
    REQUIRE(eventually([&] { return lines_with(supervisor, "cannot be started") == 2; }));
    const auto rows = run.rows();
    limit_process(supervisor.pid(), RLIMIT_NOFILE, 1024);
    REQUIRE(eventually([&] { return run.rows() >= rows + 100; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(lines_with(supervisor, "cannot be started") == 2);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("children that cannot be forked are started when they can") {
    if (!can_become_other_user()) return;
    PipelineRun run;
    give_to_other_user(run.directory());
    constexpr int kChildren = 3;
    Crowd crowd(kChildren);
    auto supervisor = run.start_in(
        [] {
            limit(RLIMIT_NPROC, kChildren + 1, kChildren + 1);
            become_other_user();
        },
        kThousand);
    require_said(supervisor, "RLIMIT_NPROC",
                 {"producer cannot be started and is tried again", "fork", "ulimit -u, TasksMax="});
    REQUIRE(eventually([&] { return lines_with(supervisor, "cannot be started") == kChildren; }));
    SECTION("there is room again") {
        crowd.disperse();
        REQUIRE(supervisor.wait() == 0);
        run.require_numbers_up_to(1000);
    }
    SECTION("there is nothing to drain") {
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait(std::chrono::seconds(20)) == 0);
        CHECK(run.rows() == 0);
    }
    CHECK(lines_with(supervisor, "cannot be started") == kChildren);
    crowd.disperse();
    run.require_nothing_left();
}

namespace {

// From a limit at which it works down to the first at which the loader finds no room for the libraries. In
// between, memory runs out at every step of a start.
rlim_t least_that_loads(PipelineRun& run, rlim_t kibibytes) {
    constexpr int kNotLoaded = 127;
    constexpr rlim_t kStep = 32;
    while (true) {
        auto supervisor = run.start_in(
            [&] { limit(RLIMIT_AS, (kibibytes - kStep) << 10U, (kibibytes - kStep) << 10U); }, {"--version"});
        const int status = supervisor.wait();
        INFO(kibibytes - kStep << " KiB of addresses: " << supervisor.err());
        if (status == kNotLoaded || status == 1000 + SIGSEGV) return kibibytes;  // both of the loader
        CHECK((status == 0 || status == 70 || status == 74));
        const std::string said = supervisor.err();
        // A library that libpq brings may say a line of its own.
        std::size_t ours = 0;
        for (const std::string& line : lines_of(said)) ours += line.starts_with("supervisor: ") ? 1 : 0;
        CHECK(ours == (status == 0 ? 0 : 1));
        kibibytes -= kStep;
    }
}

}  // namespace

TEST_CASE("memory that is too little is said, and nothing stays behind") {
    PipelineRun run;
    static const rlim_t least = least_that_loads(run, rlim_t{32} << 10U);
    const rlim_t kibibytes = least + GENERATE(rlim_t{0}, rlim_t{64}, rlim_t{256}, rlim_t{1024}, rlim_t{3072});
    INFO(kibibytes << " KiB of addresses");
    auto supervisor = run.start_in([&] { limit(RLIMIT_AS, kibibytes << 10U, kibibytes << 10U); }, kThousand);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK((status == 73 || status == 74));
    require_said(supervisor, "RLIMIT_AS at the start", {"memory", "ulimit -v, MemoryMax="});
    // The making of the ledger may have been cut short: the next start goes on with it.
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(run.ledger().string() + suffix);
    run.require_nothing_left();
}

TEST_CASE("children that have no memory are started again until they have") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "2000/s"});
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    limit_process(supervisor.pid(), RLIMIT_AS, rlim_t{28} << 20U);
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    require_said(supervisor, "RLIMIT_AS of the children",
                 {"consumer", "error", "memory", "ulimit -v, MemoryMax="});
    const auto rows = run.rows();
    limit_process(supervisor.pid(), RLIMIT_AS, RLIM_INFINITY);
    REQUIRE(eventually([&] { return run.rows() >= rows + 100; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("consumers that have no descriptors or memory at their start are waited for, also with --once") {
    PipelineRun run;
    static const rlim_t least = least_that_loads(run, rlim_t{32} << 10U);
    // Room for the libraries, but not for the segments.
    const std::string limit =
        GENERATE_COPY(std::string("ulimit -n 4"), fmt::format("ulimit -v {}", least + (6U << 10U)));
    INFO(limit);
    const Installation installation(run.directory() / "programs");
    const std::filesystem::path consumer = installation / "consumer";
    const std::filesystem::path well = installation / "well";
    std::filesystem::rename(consumer, well);
    write_file(consumer, fmt::format("#!/bin/sh\n{}\nexec {} \"$@\"\n", limit, well.string()));
    std::filesystem::permissions(consumer, std::filesystem::perms::owner_all);
    auto supervisor = run.start_program(installation / "supervisor", kThousand);
    // More than the ten that end a run when it is not for lack of something.
    REQUIRE(eventually([&] { return lines_with(supervisor, "died: exit status 74") >= 12; }));
    CHECK(supervisor.is_running());
    std::filesystem::rename(well, consumer);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

TEST_CASE("a limit of the size of files that the segments do not fit in is said at the start") {
    PipelineRun run;
    auto supervisor = run.start_in([] { limit(RLIMIT_FSIZE, 1U << 20U, 1U << 20U); }, kThousand);
    CHECK(supervisor.wait() == 73);
    require_said(supervisor, "RLIMIT_FSIZE at the start",
                 {"/dev/shm/" + run.name() + ".storage", "File too large", "ulimit -f, LimitFSIZE="});
    run.require_nothing_left();
}

TEST_CASE("a ledger that has reached the limit of the size of files goes on when it is raised") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "none", "--rate", "20000/s"});
    REQUIRE(eventually([&] { return run.has_rows(1) && supervisor.children("consumer").size() == 2; }));
    const auto consumers = supervisor.children("consumer");
    for (const pid_t consumer : consumers) limit_process(consumer, RLIMIT_FSIZE, 1U << 18U);
    require_said(supervisor, "RLIMIT_FSIZE of the ledger",
                 {run.ledger(), "ulimit -f", "the results wait in memory"});
    for (const pid_t consumer : consumers) limit_process(consumer, RLIMIT_FSIZE, RLIM_INFINITY);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}
