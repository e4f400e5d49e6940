// SPDX-License-Identifier: Apache-2.0
// Processes are killed; every invoice is in the ledger once all the same. The exhaustive proof is the
// crash suite's; here are the plain cases, with real processes.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/attached_segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a killed child is replaced and every invoice is recorded once") {
    const std::string victim = GENERATE("consumer", "producer");
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:200us"});
    for (std::uint64_t rows = 200; rows <= 1000; rows += 200) {
        REQUIRE(eventually([&] { return run.has_rows(rows); }));
        ::kill(supervisor.child(victim), SIGKILL);
    }
    const auto before = run.rows();
    REQUIRE(eventually([&] { return run.has_rows(before + 1000); }));
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    CHECK(supervisor.err().find("killed by signal 9 (SIGKILL)") != std::string::npos);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("when the supervisor is killed its children drain and clean up by themselves") {
    const std::string process = GENERATE("none", "simulate:1ms");
    PipelineRun run;
    auto supervisor = run.start(
        {"--consumers", "3", "--source", "sequence", "--process", process, "--ring-capacity", "500"});
    REQUIRE(eventually([&] { return run.has_rows(300); }));
    supervisor.send(SIGKILL);
    CHECK(supervisor.wait() == 1000 + SIGKILL);
    run.require_nothing_left();
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
}

TEST_CASE("when everything is killed the next start goes on where it was") {
    PipelineRun run;
    for (const std::uint64_t rows : {200U, 1000U, 2000U}) {
        auto supervisor =
            run.start({"--consumers", "3", "--source", "sequence", "--process", "simulate:100us"});
        REQUIRE(eventually([&] { return run.has_rows(rows); }));
        const auto children = supervisor.children();
        supervisor.send(SIGSTOP);  // so that it can neither replace nor notice
        for (const pid_t child : children) ::kill(child, SIGKILL);
        PipelineRun::kill_everything();
        CHECK(run.segments().size() == 2);
    }
    const auto numbers = run.acquired() + 1000;
    auto last = run.start({"--consumers", "2", "--source", "sequence:" + std::to_string(numbers), "--process",
                           "none", "--once"});
    REQUIRE(last.wait() == 0);
    CHECK(last.err().find("adopting") != std::string::npos);
    run.require_numbers_up_to(numbers);
    run.require_nothing_left();
}

TEST_CASE("orphans that nobody makes room for leave what they hold to the next supervisor") {
    PipelineRun run;
    // Without an end: there is work left when the producer dies.
    const std::vector<std::string> options{"--consumers", "2",    "--source",           "sequence",
                                           "--process",   "none", "--storage-capacity", "4"};
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return run.has_rows(4) && supervisor.children("producer").size() == 1; }));
    supervisor.send(SIGSTOP);
    // Without a producer nobody takes receipts: the storage fills and stays full.
    ::kill(supervisor.child("producer"), SIGKILL);
    supervisor.send(SIGKILL);
    supervisor.wait();
    // Long before the drain timeout of half a minute: there is nothing to wait for.
    REQUIRE(eventually([] { return PipelineRun::has_no_children(); }, std::chrono::seconds(10)));
    CHECK(run.segments().size() == 2);
    const auto numbers = run.acquired() + 100;
    auto next = run.start({"--consumers", "1", "--once", "--source", "sequence:" + std::to_string(numbers),
                           "--process", "none"});
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(numbers);
    run.require_nothing_left();
}

TEST_CASE("an orphaned producer does not wait for consumers that are dead") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:50", "--process", "simulate:60s"});
    const auto segments = attach(run.name(), supervisor);
    REQUIRE(eventually([&] { return segments.ring().head() != 0; }));
    supervisor.send(SIGSTOP);
    ::kill(supervisor.child("consumer"), SIGKILL);
    supervisor.send(SIGKILL);
    supervisor.wait();
    REQUIRE(eventually([] { return PipelineRun::has_no_children(); }, std::chrono::seconds(10)));
    CHECK(run.segments().size() == 2);
    auto next = run.start({"--consumers", "1", "--once", "--source", "sequence:50", "--process", "none"});
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(50);
    run.require_nothing_left();
}

TEST_CASE("a child that begins after its supervisor's death joins nobody else's pipeline") {
    const std::string program = GENERATE("consumer", "producer");
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:10", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    const auto segments = attach(run.name(), supervisor);
    const auto folder = std::filesystem::path(SUPERVISOR_PROGRAM).parent_path().parent_path();
    std::vector<std::string> arguments{(folder / program / program).string(), "--name", run.name(),
                                       "--source=sequence:10", "--parent=1"};
    if (program == "consumer") arguments.insert(arguments.end(), {"--place=0", "--ledger=none"});
    Process late(arguments, run.directory(), "late");
    CHECK(late.wait() == 75);
    INFO(late.err());
    CHECK(late.err().find("the supervisor that started this program has died") != std::string::npos);
    CHECK(ProcessId::unpack(segments.ring().area().hands[0].process).pid ==
          static_cast<std::uint32_t>(supervisor.child("consumer")));
    CHECK_FALSE(segments.ring().stop_requested());
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(10);
    run.require_nothing_left();
}

TEST_CASE(
    "an orphaned producer that finds the ring closed says which ids from standard input are not taken") {
    PipelineRun run;
    int input[2] = {-1, -1};
    REQUIRE(::pipe(input) == 0);
    std::string ids;
    for (int id = 1; id <= 500; ++id) ids += std::to_string(id) + "\n";
    REQUIRE(::write(input[1], ids.data(), ids.size()) == static_cast<ssize_t>(ids.size()));
    auto supervisor = run.start({"--consumers", "1", "--source", "lines:-", "--process", "simulate:5ms",
                                 "--ring-capacity", "4", "--drain-timeout", "200ms"},
                                input[0]);
    const auto segments = attach(run.name(), supervisor);
    REQUIRE(eventually([&] { return segments.ring().tail() >= 10; }));
    const pid_t producer = supervisor.child("producer");
    ::kill(producer, SIGSTOP);
    supervisor.send(SIGKILL);
    supervisor.wait();
    REQUIRE(eventually([&] { return segments.ring().closed(); }));
    ::kill(producer, SIGCONT);
    REQUIRE(eventually([] { return PipelineRun::has_no_children(); }));
    const std::uint64_t taken = segments.ring().tail();
    INFO(supervisor.err());
    CHECK(supervisor.err().find("the ring has been closed meanwhile: " + std::to_string(500 - taken) +
                                " ids from standard input are not taken, from '" + std::to_string(taken + 1) +
                                "' on; give them again") != std::string::npos);
    ::close(input[0]);
    ::close(input[1]);
    run.require_nothing_left();
    CHECK(run.rows() == taken);
}

TEST_CASE(
    "an orphaned producer without consumers says which ids from standard input it could not hand over") {
    PipelineRun run;
    int input[2] = {-1, -1};
    REQUIRE(::pipe(input) == 0);
    const std::string ids = "a\nb\nc\nd\ne\nf\ng\n";
    REQUIRE(::write(input[1], ids.data(), ids.size()) == static_cast<ssize_t>(ids.size()));
    auto supervisor = run.start({"--consumers", "1", "--source", "lines:-", "--process", "simulate:60s",
                                 "--ring-capacity", "2", "--batch-max", "1"},
                                input[0]);
    // One id is in work, two are in the ring, one waits for room.
    const auto segments = attach(run.name(), supervisor);
    REQUIRE(eventually([&] { return segments.ring().tail() == 3; }));
    supervisor.send(SIGSTOP);
    ::kill(supervisor.child("consumer"), SIGKILL);
    supervisor.send(SIGKILL);
    supervisor.wait();
    REQUIRE(eventually([] { return PipelineRun::has_no_children(); }));
    CHECK(supervisor.err().find("4 ids from standard input are not taken, from 'd' on; give them again") !=
          std::string::npos);
    CHECK(run.segments().size() == 2);
    ::close(input[0]);
    ::close(input[1]);
}

TEST_CASE("a new supervisor waits for the children of a killed one") {
    PipelineRun run;
    auto first = run.start({"--consumers", "2", "--source", "sequence:1000", "--process", "simulate:1ms"});
    REQUIRE(eventually([&] { return run.has_rows(50); }));
    first.send(SIGKILL);
    CHECK(first.wait() == 1000 + SIGKILL);
    auto second = run.start({"--consumers", "2", "--once", "--source", "sequence:1000", "--process", "none"});
    REQUIRE(second.wait() == 0);
    run.require_numbers_up_to(1000);
    run.require_nothing_left();
}

TEST_CASE("an invoice that takes longer than the item timeout is failed with that cause") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--once", "--source", "sequence:1", "--process",
                                 "simulate:60s", "--item-timeout", "100ms", "--max-attempts", "2"});
    REQUIRE(supervisor.wait() == 1);
    CHECK(run.column("SELECT status || ': ' || reason FROM invoices") ==
          std::vector<std::string>{"failed: ran longer than 100 ms"});
    run.require_nothing_left();
}

TEST_CASE("a stopped child that holds a lock is killed and replaced") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:10", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    // An idle consumer waits for items with the pop lock in its hand, but for moments.
    const pid_t stopped = supervisor.child("consumer");
    ::kill(stopped, SIGSTOP);
    CHECK(eventually([&] {
        const auto consumers = supervisor.children("consumer");
        if (consumers.empty() || consumers.front() != stopped) return true;
        return false;
    }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(10);
    run.require_nothing_left();
}
