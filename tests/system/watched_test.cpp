// SPDX-License-Identifier: Apache-2.0
// A batch that somebody starts by hand and watches: where its ids come from, what is said of it, and the exit
// status.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string list_of(const PipelineRun& run, const std::string& lines) {
    const auto file = run.directory() / "ids";
    write_file(file, lines);
    return "lines:" + file.string();
}

void check_says(const std::string& log, const std::string& line) {
    INFO(log);
    INFO("missing: " << line);
    CHECK(log.find(line) != std::string::npos);
}

}  // namespace

TEST_CASE("a command after -- takes its ids from a pipe, and ends with it", "[watched]") {
    PipelineRun run;
    Pipe pipe;
    pipe.write("a\nb\nlast");
    pipe.in.reset();
    auto supervisor = run.start({"-j2", "--", "true", "{}"}, pipe.out.get());
    CHECK(supervisor.wait() == 0);
    check_says(supervisor.err(),
               "no --source is given: the ids come from standard input (lines:-), until it ends");
    CHECK(run.column("SELECT id FROM invoices ORDER BY id") == std::vector<std::string>{"a", "b", "last"});
    run.require_nothing_left();
}

TEST_CASE("a command after -- takes its ids from a file on standard input", "[watched]") {
    PipelineRun run;
    write_file(run.directory() / "ids", "a\nb\n");
    const UniqueFd file(::open((run.directory() / "ids").c_str(), O_RDONLY | O_CLOEXEC));
    auto supervisor = run.start({"-P", "2", "--", "true"}, file.get());
    CHECK(supervisor.wait() == 0);
    CHECK(run.rows() == 2);
    run.require_nothing_left();
}

TEST_CASE("a command after -- watches the spool if standard input can give no ids", "[watched]") {
    PipelineRun run;
    auto supervisor = run.start({"-j1", "--", "true"});
    REQUIRE(eventually([&] { return std::filesystem::exists(run.spool()); }));
    write_file(run.directory() / "a", "an invoice");
    std::filesystem::rename(run.directory() / "a", run.spool() / "a");
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    CHECK(supervisor.is_running());
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    check_says(supervisor.err(),
               "no --source is given, and standard input is no pipe and no file: the source is "
               "spool:" +
                   run.spool().string());
    run.require_nothing_left();
}

TEST_CASE("a run that ends by itself tells by its exit status whether an invoice has failed", "[watched]") {
    struct Case {
        std::string list;
        std::vector<std::string> options;
        int status;
    };
    // By its id, an invoice is booked (0), rejected (65) or failed (3).
    const auto wanted = GENERATE(values<Case>({{"0\n65\n", {}, 0},
                                               {"0\n3\n", {}, 1},
                                               {"65\n", {"--fail-on", "rejected"}, 1},
                                               {"3\n", {"--fail-on", "rejected"}, 1},
                                               {"0\n", {"--fail-on", "rejected"}, 0},
                                               {"65\n3\n", {"--fail-on", "never"}, 0}}));
    CAPTURE(wanted.list, wanted.options);
    PipelineRun run;
    std::vector<std::string> options{"-j1", "--max-attempts", "1", "--source", list_of(run, wanted.list)};
    options.insert(options.end(), wanted.options.begin(), wanted.options.end());
    options.insert(options.end(), {"--", "sh", "-c", "exit \"$1\"", "sh", "{}"});
    auto supervisor = run.start(options);
    CHECK(supervisor.wait() == wanted.status);
    run.require_nothing_left();
}

TEST_CASE("a run without --once that is drained has ended well, unless --fail-on says otherwise",
          "[watched]") {
    const bool is_wanted = GENERATE(false, true);
    PipelineRun run;
    std::vector<std::string> options{"-j1",       "--max-attempts", "1", "--source", list_of(run, "1\n"),
                                     "--process", "each:false"};
    if (is_wanted) options.insert(options.end(), {"--fail-on", "failed"});
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == (is_wanted ? 1 : 0));
    run.require_nothing_left();
}

TEST_CASE("an invoice that a killed run has left counts with the run that finishes it", "[watched]") {
    PipelineRun run;
    const auto gate = run.directory() / "gate";
    const std::vector<std::string> options{"-j1",
                                           "--max-attempts",
                                           "1",
                                           "--source",
                                           list_of(run, "1\n"),
                                           "--",
                                           "sh",
                                           "-c",
                                           "test -e \"$1\" || exec sleep 1000; exit 1",
                                           "sh",
                                           gate.string(),
                                           "{}"};
    {
        auto killed = run.start(options);
        REQUIRE(eventually([&] { return run.acquired() == 1; }));
        PipelineRun::kill(killed);
    }
    write_file(gate, "");
    auto next = run.start(options);
    CHECK(next.wait() == 1);
    auto last = run.start(options);
    CHECK(last.wait() == 0);  // the row is of the run before
    run.require_nothing_left();
}

TEST_CASE("a run halts once so many invoices are failed, and the next one goes on behind them", "[watched]") {
    PipelineRun run;
    std::string list;
    for (int i = 1; i <= 300; ++i) list += std::to_string(i) + "\n";
    const std::string source = list_of(run, list);
    const std::string after = GENERATE("2", "50%");
    const bool is_watched = GENERATE(false, true);  // without --once
    std::vector<std::string> options{"-j2", "--max-attempts", "1", "--halt-after", after, "--source", source};
    if (is_watched) {
        options.insert(options.end(), {"--process", "each:sh -c 'sleep 0.01; exit 1' sh {}"});
    } else {
        options.insert(options.end(), {"--", "sh", "-c", "sleep 0.01; exit 1", "sh", "{}"});
    }
    auto supervisor = run.start(options);
    CHECK(supervisor.wait() == 1);
    check_says(supervisor.err(), "--halt-after " + after + ": ");
    check_says(supervisor.err(), " failed: draining, ");
    check_says(supervisor.out(), "halted        by --halt-after; ");
    const auto failed = run.rows_by_status()["failed"];
    CHECK(failed >= (after == "2" ? 2 : 20));
    CHECK(failed < 300);
    run.require_nothing_left();

    auto next = run.start({"-j2", "--source", source, "--", "true"});
    CHECK(next.wait() == 0);
    CHECK(run.rows() == 300);
    CHECK(run.rows_by_status()["failed"] == failed);
    run.require_nothing_left();
}

TEST_CASE("a run that ends as its last invoice fails is halted too, and one with fewer failures is not",
          "[watched]") {
    const std::string after = GENERATE("3", "4");
    PipelineRun run;
    auto supervisor = run.start({"-j1", "--max-attempts", "1", "--fail-on", "never", "--halt-after", after,
                                 "--source", list_of(run, "1\n2\n3\n"), "--", "false"});
    CHECK(supervisor.wait() == (after == "3" ? 1 : 0));
    CHECK((supervisor.err().find("--halt-after 3: 3 of 3 results failed") != std::string::npos) ==
          (after == "3"));
    run.require_nothing_left();
}

TEST_CASE("a second run over a list says what it skips, and how to run it again", "[watched]") {
    PipelineRun run;
    const std::string again =
        "to run all of them again, give another --ledger, as sqlite:FILE; to run what is not booked again: "
        "--from-start, or clerk retry --status failed";
    auto first = run.start({"-j2", "--source", list_of(run, "a\nb\nc\n"), "--", "true"});
    CHECK(first.wait() == 0);
    const std::string source = list_of(run, "a\nb\nc\n");
    auto second = run.start({"-j2", "--source", source, "--", "true"});
    CHECK(second.wait() == 0);
    check_says(second.err(),
               "nothing new in " + source + ": all 3 invoices were acquired in earlier runs; " + again);
    {
        const UniqueFd list(::open((run.directory() / "ids").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
        REQUIRE(::write(list.get(), "d\n", 2) == 2);
    }
    auto third = run.start({"-j2", "--source", source, "--", "true"});
    CHECK(third.wait() == 0);
    check_says(third.err(),
               "3 invoices of " + source + " were skipped, because earlier runs had acquired them; " + again);
    CHECK(run.rows() == 4);
    run.require_nothing_left();
}

TEST_CASE("the report says why invoices failed, and how to run them again", "[watched]") {
    PipelineRun run;
    auto supervisor =
        run.start({"-j2", "--max-attempts", "1", "--source", list_of(run, "f-1001\nf-1002\ngood\nf-1003\n"),
                   "--", "sh", "-c", "test \"$1\" = good || { echo no \"$1\" >&2; exit 3; }", "sh", "{}"});
    CHECK(supervisor.wait() == 1);
    check_says(supervisor.out(), "why                    3  exit status 3: no {}\n");
    check_says(supervisor.out(), "run again     clerk retry --status failed --name " + run.name() +
                                     " --ledger sqlite:" + run.ledger().string() + "\n");
    check_says(supervisor.err(),
               "3 of 4 invoices failed: exit status 3: no {}; see them: clerk "
               "list --status failed");
    run.require_nothing_left();
}
