// SPDX-License-Identifier: Apache-2.0
// The clerk beside real pipelines, and on what they leave.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/text.hpp"
#include "tests/system/clerk_run.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

using Arguments = std::vector<std::string>;

// A run over ids of which some fail: "bad" with a reason, "worse" with another one.
void run_with_failures(PipelineRun& run) {
    write_file(run.directory() / "ids", "good\nbad 1\nbad 2\nworse\n");
    write_file(
        run.directory() / "work",
        "#!/bin/sh\ncase $1 in good) ;; bad*) echo not today; exit 3;; *) echo never; exit 4;; esac\n");
    fs::permissions(run.directory() / "work", fs::perms::owner_all);
    auto supervisor =
        run.start({"--consumers", "2", "--source", "lines:" + (run.directory() / "ids").string(),
                   "--max-attempts", "1", "--", run.directory() / "work", "{}"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE((status == 0 || status == 1));  // 1: drained, and something has failed
    REQUIRE(run.rows() == 4);
}

// An earlier run, all of whose invoices have failed.
void add_failed(PipelineRun& run, std::uint64_t count) {
    std::string ids;
    for (std::uint64_t i = 1; i <= count; ++i) ids += fmt::format("failed-{}\n", i);
    write_file(run.directory() / "earlier", ids);
    auto supervisor = run.start({"--consumers", "2", "--once", "--source",
                                 "lines:" + (run.directory() / "earlier").string(), "--process",
                                 "exec:sed -u 's,.*,failed away,'", "--pipeline", "64", "--max-attempts", "1",
                                 "--hold-after", "0", "--fail-on", "never"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    REQUIRE(run.count("SELECT count(*) FROM invoices WHERE status = 'failed'") == count);
}

}  // namespace

TEST_CASE("what failed is listed, shown and made due, and each answer says what it did") {
    PipelineRun run;
    run_with_failures(run);
    const std::string list = clerk_says(run, {"list"});
    check_mentions(list, "ID     STATUS  ATTEMPTS  STORED_AT            REASON\n");
    CHECK(lines_of(list).size() == 4);
    check_mentions(list, "exit status 3: not today");
    check_mentions(clerk_says(run, {"list", "--limit", "1"}), "2 more; --limit 3 shows all 3");
    CHECK(lines_of(clerk_says(run, {"list", "--reason", "*never*"})).size() == 2);
    check_mentions(clerk_says(run, {"list", "--status", "rejected"}), "nothing is rejected in sqlite:");
    check_mentions(clerk_says(run, {"list", "--reason", "x"}),
                   "nothing of that reason and time is failed, rejected or waiting in sqlite:");
    check_mentions(clerk_says(run, {"list", "--since", "2020-01-01 00:00"}), "worse");

    const std::string shown = clerk_says(run, {"show", "bad 1"});
    check_mentions(shown, "\nstatus           failed\n");
    check_mentions(shown, "\nreason           exit status 3: not today\n");
    check_mentions(shown, " --ledger sqlite:" + run.ledger().string());
    check_mentions(shown, "\nnext             clerk retry --name " + run.name());
    check_mentions(shown, " 'bad 1'\n");
    const ClerkAnswer unknown = ask_clerk(run, {"show", "nobody"});
    CHECK(unknown.status == 66);
    check_mentions(unknown.err, "'nobody': the ledger sqlite:");
    CHECK(unknown.out.empty());

    const ClerkAnswer booked = ask_clerk(run, {"retry", "good", "bad 1", "nobody"});
    CHECK(booked.status == 66);
    check_mentions(booked.out, "'good': it is booked, and what is booked is never given again\n");
    check_mentions(booked.out, "'nobody': the ledger does not know it\n");
    check_mentions(booked.out, "1 invoice is due");
    CHECK(run.column("SELECT id FROM invoices WHERE due_at NOT NULL") == Arguments{"bad 1"});

    check_mentions(clerk_says(run, {"cancel", "bad 1", "worse"}),
                   "'worse': it is failed, and nothing of it waits: there is nothing to cancel\n"
                   "1 invoice is cancelled");
    CHECK(run.column("SELECT reason FROM invoices WHERE id = 'bad 1' AND due_at IS NULL AND round = 1") ==
          Arguments{"cancelled; it was failed: exit status 3: not today"});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'failed'") == 3);
    run.require_nothing_left();
}

TEST_CASE("a selection is made due after a question only, or with --yes") {
    PipelineRun run;
    run_with_failures(run);
    const auto due = [&] { return run.count("SELECT count(*) FROM invoices WHERE due_at NOT NULL"); };
    const ClerkAnswer alone = ask_clerk(run, {"retry", "--status", "failed", "--reason", "*today"});
    CHECK(alone.status == 64);
    check_mentions(alone.out, "2 of 3 failed invoices would be given again\n");
    check_mentions(alone.err, "--yes must say that it may be done");
    CHECK(due() == 0);

    const Arguments with_ledger{"--ledger=sqlite:" + run.ledger().string(), "retry", "--status", "failed"};
    const ClerkAnswer no = ask_on_terminal(run, with_ledger, "n");
    CHECK(no.status == 75);
    check_mentions(no.out, "3 of 3 failed invoices would be given again");
    check_mentions(no.out, "nothing was changed");
    CHECK(due() == 0);

    check_mentions(clerk_says(run, {"retry", "--status", "failed", "--reason", "*today", "--yes"}),
                   "2 invoices are due");
    CHECK(due() == 2);
    const ClerkAnswer yes = ask_on_terminal(run, with_ledger, "y");
    CHECK(yes.status == 0);
    CHECK(due() == 3);
    check_mentions(clerk_says(run, {"retry", "--status", "rejected"}),
                   "0 of 0 rejected invoices would be given again");
}

TEST_CASE("every row is exported, and a reader that leaves ends it") {
    PipelineRun run;
    run_with_failures(run);
    CHECK(lines_of(clerk_says(run, {"export"})).size() == 5);
    const auto lines = lines_of(clerk_says(run, {"export", "--format", "json", "--status", "failed"}));
    REQUIRE(lines.size() == 3);
    for (const auto& line : lines) CHECK(nlohmann::json::parse(line)["status"] == "failed");

    Pipe pipe;
    pipe.out.reset();
    Process clerk(clerk_command(run, {"export", "--ledger", "sqlite:" + run.ledger().string()}),
                  run.directory(), "left", -1, [&] { ::dup2(pipe.in.get(), STDOUT_FILENO); });
    CHECK(clerk.wait() == 74);
    check_mentions(clerk.err(), "writing to standard output: Broken pipe");
}

TEST_CASE("thousands of rows are made due beside a pipeline at full speed") {
    PipelineRun run;
    const std::uint64_t failed = scaled(20'000);
    auto first = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none", "--once"});
    REQUIRE(first.wait() == 0);
    add_failed(run, failed);
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(failed + 1000); }));
    // The ledger is the pipeline's own, which its shared memory names.
    check_mentions(clerk_says(run, {"list", "--limit", "1"}, false), fmt::format("{} more", failed - 1));
    const auto before = run.rows();
    check_mentions(clerk_says(run, {"retry", "--status", "failed", "--yes"}, false),
                   fmt::format("{} invoices are due", failed));
    CHECK(run.count("SELECT count(*) FROM invoices WHERE due_at NOT NULL") == failed);
    REQUIRE(eventually([&] { return run.rows() > before + 1000; }));
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_nothing_left();
}

TEST_CASE("a clerk that is killed leaves whole slices, and the next one does the rest") {
    PipelineRun run;
    const std::uint64_t failed = 20'000;
    auto first = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none", "--once"});
    REQUIRE(first.wait() == 0);
    add_failed(run, failed);
    Process clerk(clerk_command(run, {"retry", "--status", "failed", "--yes", "--ledger",
                                      "sqlite:" + run.ledger().string()}),
                  run.directory(), "killed");
    const auto due = [&] { return run.count("SELECT count(*) FROM invoices WHERE due_at NOT NULL"); };
    REQUIRE(eventually([&] { return due() != 0; }));
    clerk.send(SIGKILL);
    static_cast<void>(clerk.wait());
    CHECK(due() % 1000 == 0);
    check_mentions(
        clerk_says(run, {"retry", "--status", "failed", "--yes"}),
        "20000 invoices are due: a running pipeline of their source takes them within a second; if it has "
        "stopped, or its list has ended, start it again with the same command");
    CHECK(due() == failed);
    run.require_nothing_left();
}

TEST_CASE("a spool's file is found where its outcome has put it") {
    PipelineRun run;
    write_file(run.spool() / "a.xml", "an invoice");
    auto supervisor = run.start({"--consumers", "1", "--source", "spool:" + run.spool().string(), "--once",
                                 "--max-attempts", "1", "--process", "each:false"});
    static_cast<void>(supervisor.wait());
    check_mentions(clerk_says(run, {"show", "a.xml"}),
                   "\nfile             " + (run.spool() / "failed" / "a.xml").string() + "\n");
    fs::rename(run.spool() / "failed" / "a.xml", run.spool() / "a.xml");
    check_mentions(clerk_says(run, {"show", "a.xml"}),
                   "\nfile             " + (run.spool() / "a.xml").string() + "\n");
    fs::remove(run.spool() / "a.xml");
    check_mentions(clerk_says(run, {"show", "a.xml"}), "neither in the spool nor in a folder of it");
}

TEST_CASE("leftovers are given up, and the next start begins anew") {
    PipelineRun run;
    write_file(run.directory() / "one", "1\n2\n3\n4\n5\n");
    write_file(run.directory() / "two", "a\nb\n");
    const auto list = [&](const char* name) { return "lines:" + (run.directory() / name).string(); };
    check_mentions(clerk_says(run, {"discard"}, false), "nothing to discard");
    auto supervisor =
        run.start({"--consumers", "2", "--source", list("one"), "--process", "simulate:1h", "--once"});
    REQUIRE(eventually([&] { return run.segments().size() == 2 && run.acquired() == 5; }));

    const ClerkAnswer live = ask_clerk(run, {"discard", "--yes"}, false);
    CHECK(live.status == 75);
    check_mentions(live.err, fmt::format("its supervisor has pid {}", supervisor.pid()));
    const pid_t consumer = supervisor.child("consumer");
    supervisor.send(SIGKILL);
    static_cast<void>(supervisor.wait());
    const ClerkAnswer draining = ask_clerk(run, {"discard", "--yes"}, false);
    CHECK(draining.status == 75);
    check_mentions(draining.err, fmt::format("{}", consumer));
    PipelineRun::kill_everything();

    // A run over another list is refused, and told how to give this one up.
    const Arguments other{"--consumers", "1", "--source", list("two"), "--process", "none", "--once"};
    auto refused = run.start(other);
    CHECK(refused.wait() == 78);
    check_mentions(refused.err(), "give them up with clerk discard --name " + run.name());

    const ClerkAnswer unasked = ask_clerk(run, {"discard"}, false);
    CHECK(unasked.status == 64);
    check_mentions(unasked.out, fmt::format("hold 5 invoices of {} that are not in the ledger", list("one")));
    check_mentions(unasked.out, fmt::format("the next start of {} reads them again", list("one")));
    CHECK(ask_on_terminal(run, {"discard"}, "no").status == 75);
    CHECK(run.segments().size() == 2);
    CHECK(ask_on_terminal(run, {"discard"}, "yes").status == 0);
    CHECK(run.segments().empty());

    REQUIRE(run.start(other).wait() == 0);
    auto again = run.start({"--consumers", "2", "--source", list("one"), "--process", "none", "--once"});
    REQUIRE(again.wait() == 0);
    CHECK(run.rows() == 7);
    run.require_nothing_left();
}

TEST_CASE("ids that are lost with standard input are named") {
    PipelineRun run;
    Pipe pipe;
    pipe.write("x\ny\n");
    pipe.in.reset();
    auto supervisor = run.start(
        {"--consumers", "1", "--source", "lines:-", "--process", "simulate:1h", "--once"}, pipe.out.get());
    REQUIRE(eventually([&] { return run.segments().size() == 2 && run.acquired() == 2; }));
    PipelineRun::kill(supervisor);
    check_mentions(clerk_says(run, {"discard", "--yes"}, false),
                   "lines:- gives nothing twice: they are lost: x, y\n");
    CHECK(run.segments().empty());
}

TEST_CASE("damaged leftovers are given up, too") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence", "--process", "simulate:1h"});
    REQUIRE(eventually([&] { return run.segments().size() == 2 && run.acquired() > 2; }));
    PipelineRun::kill(supervisor);
    fs::resize_file("/dev/shm/" + run.name() + ".storage", 100);
    const std::string text = clerk_says(run, {"discard", "--yes"}, false);
    check_mentions(text, "cannot be read: segment /dev/shm/" + run.name() + ".storage");
    check_mentions(text, "it is unknown how many invoices");
    CHECK(run.segments().empty());
}
