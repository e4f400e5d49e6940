// SPDX-License-Identifier: Apache-2.0
// Only the guilty pays: an invoice whose program kills everything, and programs that never begin to work.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/installation.hpp"
#include "tests/faults/said.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void write_program(const std::filesystem::path& path, const std::string& text) {
    write_file(path, "#!/bin/sh\n" + text);
    REQUIRE(::chmod(path.c_str(), 0700) == 0);
}

void be_a_group() {
    ::setpgid(0, 0);
}

}  // namespace

TEST_CASE("an invoice that kills the whole pipeline at every attempt fails alone") {
    PipelineRun run;
    const auto list = run.directory() / "ids";
    const auto program = run.directory() / "program";
    const auto begun = run.directory() / "begun";
    write_file(list, "bad\ngood\n");
    // At first both are in work. Field 5 of the consumer's line in proc(5) is the group of all.
    write_program(program, fmt::format("[ \"$1\" = bad ] || {{ touch {0}; sleep 0.5; exit 0; }}\n"
                                       "while [ ! -e {0} ]; do sleep 0.01; done\n"
                                       "/bin/kill -9 -- -$(cut -d' ' -f5 /proc/$PPID/stat); sleep 60\n",
                                       begun.string()));
    const std::vector<std::string> options{"--consumers",
                                           "2",
                                           "--batch-max",
                                           "1",
                                           "--once",
                                           "--source",
                                           "lines:" + list.string(),
                                           "--process",
                                           fmt::format("each:{} {{}}", program.string())};
    constexpr int kMostStarts = 6;  // one in which nobody knows who it was, three attempts, and the end
    int status = -1;
    for (int start = 0; start < kMostStarts && status != 0 && status != 1; ++start) {
        auto supervisor = run.start_in(be_a_group, options);
        status = supervisor.wait();
        CHECK((status == 0 || status == 1 || status == 1000 + SIGKILL));
        REQUIRE(eventually([] { return PipelineRun::has_no_children(); }));
    }
    REQUIRE(status < 1000);  // 1 if this run, and not one before it, has recorded the bad one
    CHECK(run.column("SELECT id || ' ' || status || ' ' || attempts FROM invoices ORDER BY id") ==
          std::vector<std::string>{"bad failed 3", "good booked 1"});
    run.require_nothing_left();
}

TEST_CASE("consumers that are killed together are charged nothing, and one that is killed alone is") {
    const bool together = GENERATE(true, false);
    PipelineRun run;
    auto supervisor = run.start({"--consumers", together ? "2" : "1", "--batch-max", "1", "--source",
                                 "sequence:4", "--process", "simulate:1s", "--max-attempts", "1"});
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    // All of them die in one moment: they are stopped meanwhile, so none dies before the last signal is sent.
    supervisor.send(SIGSTOP);
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    supervisor.send(SIGCONT);
    REQUIRE(eventually([&] { return run.has_rows(4); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    if (together) {
        CHECK(run.rows_by_status()["failed"] == 0);
        require_said(supervisor, "consumers that are killed together",
                     {"together with others", "retried alone"});
    } else {
        CHECK(run.rows_by_status()["failed"] <= 1);
    }
    run.require_nothing_left();
}

TEST_CASE("a consumer that dies at each start ends a run with --once, and the next start goes on") {
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    std::filesystem::remove(installation / "consumer");
    write_program(installation / "consumer", "exit 127\n");
    const std::vector<std::string> options{"--consumers", "2",    "--source", "sequence:1000",
                                           "--process",   "none", "--once",   "--drain-timeout",
                                           "200s"};
    auto supervisor = run.start_program(installation / "supervisor", options);
    CHECK(supervisor.wait() == 70);
    require_said(supervisor, "a consumer that dies at each start",
                 {"consumers have died 10 times in a row and nothing got further", "stopping"});
    require_said(supervisor, "its cause", {"the last one died", "exit status 127"});
    auto next = run.start(options);
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

TEST_CASE("a consumer that dies at each start does not end a service") {
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    std::filesystem::rename(installation / "consumer", installation / "well");
    write_program(installation / "consumer", "exit 127\n");
    auto supervisor = run.start_program(
        installation / "supervisor", {"--consumers", "2", "--source", "sequence:1000", "--process", "none"});
    require_said(supervisor, "a service's consumer that dies at each start",
                 {"consumers have died 10 times in a row", "they are started again and again"});
    std::filesystem::rename(installation / "well", installation / "consumer");
    REQUIRE(eventually([&] { return run.has_rows(1000); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}
