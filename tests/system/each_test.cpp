// SPDX-License-Identifier: Apache-2.0
// --process each: and its short form, a command after --: a process for each invoice, whose exit status says
// what came of it.
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "consumer/outside/each_processor.hpp"
#include "tests/support/batch_owner.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

const std::string kEach = std::string("each:") + ANSWERER_PROGRAM + " each {} {attempt}";

}  // namespace

TEST_CASE("an exit status says what came of an invoice, and the last line why", "[each]") {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    PipelineRun run;
    const std::string once = "once " + (run.directory() / "mark").string();
    run_to_end(run,
               {"good", "data", "silent", "later", "never", "exit", "say", "abort", "grandchild", "daemon",
                "kill-parent", once, "an id 'with' \"quotes\" $(and) {attempt}"},
               {"--consumers", "2", "--process", kEach});
    auto found = outcomes(run);
    // How often it was tried until then depends on the machine.
    const std::string never = found.extract("never").mapped();
    CHECK(never.starts_with("failed "));
    CHECK(never.ends_with(
        " asked for another attempt, 1 s after the first one (--give-up-after): exit status 75: "
        "the database does not answer"));
    CHECK(to_text(found) == to_text({{"good", "booked 1"},
                                     {"data", "rejected 1 the net is wrong"},
                                     {"silent", "rejected 1 exit status 65"},
                                     {"later", "booked 3"},
                                     {"exit", "failed 3 exit status 3"},
                                     {"say", "failed 3 exit status 4: the sum is missing"},
                                     {"abort", "failed 3 killed by signal 6 (SIGABRT)"},
                                     {"grandchild", "booked 1"},
                                     {"daemon", "booked 1"},
                                     {"kill-parent", "failed 3 killed by signal 9 (SIGKILL)"},
                                     {once, "booked 2"},
                                     {"an id 'with' \"quotes\" $(and) {attempt}", "booked 1"}}));
}

TEST_CASE("a process that hangs, even one that heeds no signal, is ended after --item-timeout", "[each]") {
    PipelineRun run;
    run_to_end(run, {"hang", "deaf", "good"},
               {"--consumers", "2", "--process", kEach, "--item-timeout", "1s", "--max-attempts", "4"});
    auto found = outcomes(run);
    // However often a busy machine took longer for it.
    CHECK(found.extract("good").mapped().starts_with("booked "));
    CHECK(to_text(found) ==
          to_text({{"hang", "failed 4 ran longer than 1 s"}, {"deaf", "failed 4 ran longer than 1 s"}}));
}

TEST_CASE("a process that has left its group is ended by its consumer", "[each]") {
    PipelineRun run;
    const auto log = run_to_end(
        run, {"regroup", "good"},
        {"--consumers", "1", "--process", kEach, "--item-timeout", "300ms", "--max-attempts", "3"});
    const auto found = outcomes(run);
    CHECK(found.at("regroup") == "failed 3 ran longer than 300 ms");
    CHECK(found.at("good").starts_with("booked "));  // however often a busy machine took longer for it
    CHECK(log.find("consumer 0 (pid") == std::string::npos);  // which the supervisor would have killed
}

TEST_CASE("a gigabyte on standard error of one invoice is left out of the log", "[each]") {
    PipelineRun run;
    const auto log = run_to_end(run, {"flood", "good"}, {"--consumers", "1", "--process", kEach});
    CHECK(to_text(outcomes(run)) == to_text({{"flood", "booked 1"}, {"good", "booked 1"}}));
    CHECK(log.find("bytes of its stderr left out here") != std::string::npos);
    CHECK(log.size() < 200'000);
}

TEST_CASE("a process for an invoice sees nothing of the pipeline, and no more memory than its limit",
          "[each]") {
    PipelineRun run;
    run_to_end(run, {"look", "memory"}, {"--consumers", "1", "--process", kEach, "--memory-limit", "128MiB"});
    CHECK(to_text(outcomes(run)) ==
          to_text({{"look",
                    "rejected 1 fds 0 1 2, no shared memory, own group, blocked 0000000000000000, ignored "
                    "0000000000000000"},
                   {"memory", "rejected 1 exit status 65"}}));
}

TEST_CASE("an invoice that waits for its next attempt holds up no other one of its hand", "[each]") {
    const std::array<const char*, 4> ids = {"never", "good 1", "later", "good 2"};
    BatchOwner owner(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) owner.hand_.item(i).set_id(ids[i]);

    // Each process appends its id to a file: the order in which they ran.
    PipelineRun run;
    const auto trace = run.directory() / "trace";
    const std::string script =
        "echo \"$1\" >> " + trace.string() + "; exec " ANSWERER_PROGRAM " each \"$1\" \"$2\"";
    pipeline::EachProcessor processor(
        {{"/bin/sh", "sh", pipeline::ProgramChild::Input::Null, 0}, std::chrono::seconds(30)},
        {{"sh", "-c", script, "sh", "{}", "{attempt}"}, {}});
    pipeline::Batch batch = owner.batch(3, std::chrono::seconds(30));
    processor.process(batch);
    batch.save();
    CHECK(read_file(trace) == "never\ngood 1\nlater\ngood 2\nnever\nlater\nnever\nlater\n");
    CHECK(owner.results_[0].status == pipeline::Status::Failed);
    CHECK(owner.results_[0].attempts == 3);
    CHECK(owner.results_[2].status == pipeline::Status::Booked);
    CHECK(owner.results_[2].attempts == 3);
    CHECK(owner.saved_ == 4);
}

TEST_CASE("a command after -- is run for each line and the run ends with the file", "[each]") {
    PipelineRun run;
    run_to_end(run, {"abc", "def"}, {"--consumers", "2", "--", "test", "{}", "=", "abc"});
    CHECK(to_text(outcomes(run)) == to_text({{"abc", "booked 1"}, {"def", "failed 3 exit status 1"}}));
}

TEST_CASE("a run in which every command fails says so, however quiet it is", "[each]") {
    PipelineRun run;
    write_file(run.directory() / "ids", "1\n2\n3\n");
    auto supervisor =
        run.start({"--consumers", "1", "--source", "lines:" + (run.directory() / "ids").string(),
                   "--max-attempts", "1", "--log-level", "error", "--", "false"});
    CHECK(supervisor.wait() == 1);
    const std::string log = supervisor.err();
    INFO(log);
    CHECK(log.find("error: 3 of 3 invoices failed: exit status 1; see them: clerk list "
                   "--status failed") != std::string::npos);
}

TEST_CASE("a command without a place for the id gets it as its last argument", "[each]") {
    PipelineRun run;
    run_to_end(run, {"abc", "def"}, {"--consumers", "2", "--max-attempts", "1", "--", "test", "abc", "="});
    CHECK(to_text(outcomes(run)) == to_text({{"abc", "booked 1"}, {"def", "failed 1 exit status 1"}}));
}

TEST_CASE("the command that is advised for --dry-run logs the command of each invoice", "[each]") {
    PipelineRun run;
    const auto log = run_to_end(
        run, {"abc", "d e"},
        {"--consumers", "1", "--", "sh", "-c", "echo \"$@\" >&2", "sh", "./no-program", "-x", "{}"});
    CHECK(log.find(" abc: ./no-program -x abc\n") != std::string::npos);
    CHECK(log.find(" d e: ./no-program -x d e\n") != std::string::npos);
}

TEST_CASE("a program has its invoice in its environment, and none of an outer pipeline", "[each]") {
    PipelineRun run;
    const std::string source = "lines:" + (run.directory() / "ids").string();
    const std::string shown =
        "${INVOICE_ID-none} ${INVOICE_ATTEMPT-none} ${INVOICE_PLACE-none} ${INVOICE_SOURCE-none}";
    std::vector<std::string> options{"--consumers", "1"};
    std::string expected = "rejected 1 ";
    SECTION("for one invoice") {
        options.insert(options.end(), {"--", "sh", "-c", "echo \"" + shown + "\"; exit 65", "sh", "{}"});
        expected += "a 'b' 1 0 " + source;
    }
    SECTION("for many invoices") {
        options.insert(options.end(),
                       {"--process", "exec:sh -c 'while read id; do echo \"rejected " + shown + "\"; done'"});
        expected += "none none 0 " + source;
    }
    ::setenv("INVOICE_ID", "outer", 1);
    ::setenv("INVOICE_ATTEMPT", "9", 1);
    run_to_end(run, {"a 'b'"}, options);
    ::unsetenv("INVOICE_ID");
    ::unsetenv("INVOICE_ATTEMPT");
    CHECK(to_text(outcomes(run)) == to_text({{"a 'b'", expected}}));
}

TEST_CASE("a command fills in the placeholders of GNU parallel", "[each]") {
    PipelineRun run;
    run_to_end(run, {"in/a.tar.gz", "b"},
               {"--consumers", "1", "--", "sh", "-c", "echo \"$*\"; exit 65", "sh", "{.}", "{/}", "{//}",
                "{/.}", "{#}", "{%}", "{{}}"});
    CHECK(to_text(outcomes(run)) == to_text({{"in/a.tar.gz", "rejected 1 in/a.tar a.tar.gz in a.tar 0 1 {}"},
                                             {"b", "rejected 1 b b . b 12 1 {}"}}));
}

TEST_CASE("a command finds the file of a spool's invoice by {path}", "[each]") {
    PipelineRun run;
    write_file(run.spool() / "a b", "right\n");
    write_file(run.spool() / "c", "wrong\n");
    auto supervisor = run.start({"--consumers", "1", "--once", "--source", "spool:" + run.spool().string(),
                                 "--max-attempts", "1", "--", "grep", "-q", "right", "{path}"});
    REQUIRE(supervisor.wait() == 1);
    CHECK(to_text(outcomes(run)) == to_text({{"a b", "booked 1"}, {"c", "failed 1 exit status 1"}}));
    run.require_nothing_left();
}

TEST_CASE("a run of commands that was killed goes on where it was", "[each]") {
    PipelineRun run;
    std::vector<std::string> ids;
    for (int i = 0; i < 60; ++i) ids.push_back(std::to_string(i));
    {
        // It is not over before it is killed, however fast it is: half of them hang.
        auto supervisor = run.start(over(run, ids,
                                         {"--consumers", "3", "--item-timeout", "0", "--", "sh", "-c",
                                          "test \"$1\" -lt 30 || exec sleep 600", "sh", "{}"}));
        REQUIRE(eventually([&] {
            return run.segments().size() == 2 && std::filesystem::exists(run.ledger()) && run.rows() >= 10;
        }));
        const auto all = descendants_of(supervisor.pid());
        supervisor.send(SIGSTOP);  // so that it can neither replace nor notice
        for (const pid_t pid : all) ::kill(pid, SIGKILL);
        PipelineRun::kill_everything();
        CHECK(run.rows() < 60);
    }
    auto supervisor = run.start(over(run, ids, {"--consumers", "3", "--", "true", "{}"}));
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 60);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked'") == 60);
    run.require_nothing_left();
}

TEST_CASE("results are in the ledger while other invoices still run", "[each]") {
    PipelineRun run;
    auto supervisor =
        run.start(over(run, {"good 1", "good 2", "hang"}, {"--consumers", "1", "--process", kEach}));
    CHECK(eventually(
        [&] { return std::filesystem::exists(run.ledger()) && !run.segments().empty() && run.rows() == 2; }));
    supervisor.send(SIGTERM);
    supervisor.send(SIGTERM);
    eventually([&] { return supervisor.err().find("draining") != std::string::npos; });
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 75);
    CHECK(eventually([] { return children_of(::getpid()).empty(); }));
}
