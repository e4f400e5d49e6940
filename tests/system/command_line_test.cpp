// SPDX-License-Identifier: Apache-2.0
// A mistake is reported in one line, with the documented exit status, and nothing is left behind.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

struct Wrong {
    std::vector<std::string> options;
    int status;
    std::string named;  // what the line must name
};

void require_one_line(const Process& process, const std::string& named) {
    const std::string line = process.err();
    INFO(line);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.find(named) != std::string::npos);
}

}  // namespace

TEST_CASE("a wrong command line is refused in one line that names the option") {
    const auto wrong =
        GENERATE(Wrong{{}, 64, "--consumers"}, Wrong{{"--consumers", "0"}, 64, "--consumers"},
                 Wrong{{"--consumers", "many"}, 64, "many"},
                 Wrong{{"--consumers", "5..2"}, 64, "'5..2': a whole number"},
                 Wrong{{"--consumers", "2", "--colour"}, 64, "--colour"},
                 Wrong{{"--consumers", "2", "--consumers", "3"}, 64, "--consumers"},
                 Wrong{{"--consumers", "2", "--ring-capacity", "1"}, 64, "--ring-capacity"},
                 Wrong{{"--consumers", "2", "--source", "carrier-pigeon"}, 64, "--source"},
                 Wrong{{"--consumers", "2", "--process", "think"}, 64, "--process"},
                 Wrong{{"--consumers", "2", "--source", "sequence", "--process", "ubl"}, 64, "--process"},
                 Wrong{{"--consumers", "2", "--flush-interval", "soon"}, 64, "--flush-interval"},
                 Wrong{{"--consumers", "2", "--rate", "fast"}, 64, "--rate"},
                 Wrong{{"--consumers", "2", "--config", "/nonexistent/file"}, 66, "/nonexistent/file"},
                 Wrong{{"--consumers", "2", "spool"}, 64, "spool"});
    PipelineRun run;
    auto supervisor = run.start(wrong.options);
    CHECK(supervisor.wait() == wrong.status);
    require_one_line(supervisor, wrong.named);
    CHECK_FALSE(std::filesystem::exists(run.ledger()));
    run.require_nothing_left();
}

TEST_CASE("a source that is not there is named, and nothing is started") {
    const std::string source =
        GENERATE("spool:/nonexistent/dir", "lines:/nonexistent/file", "spool:/dev/null");
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", source, "--process", "none"});
    CHECK(supervisor.wait() == 66);
    require_one_line(supervisor, source.substr(source.find(':') + 1));
    run.require_nothing_left();
}

TEST_CASE("a ledger that cannot be written is named, and nothing is started") {
    PipelineRun run;
    SECTION("its directory is missing") {
        auto supervisor = run.start({"--consumers", "2", "--source", "sequence:1", "--process", "none",
                                     "--ledger", "sqlite:/nonexistent/x.db"});
        CHECK(supervisor.wait() == 73);
        require_one_line(supervisor, "/nonexistent");
    }
    SECTION("it is no ledger") {
        write_file(run.ledger(), std::string(4096, 'x'));
        auto supervisor = run.start({"--consumers", "2", "--source", "sequence:1", "--process", "none"});
        CHECK(supervisor.wait() == 78);
        require_one_line(supervisor, run.ledger());
    }
    run.require_nothing_left();
}

TEST_CASE("a second supervisor of the same name is refused and names the first") {
    PipelineRun run;
    auto first = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none"});
    REQUIRE(eventually([&] { return run.segments().size() == 2; }));
    auto second = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none"});
    CHECK(second.wait() == 73);
    require_one_line(second, "pid " + std::to_string(first.pid()));
    CHECK(first.is_running());
    first.send(SIGTERM);
    CHECK(first.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("segments of another kind are not touched") {
    PipelineRun run;
    write_file("/dev/shm/" + run.name() + ".ring", std::string(100'000, 'x'));
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:1", "--process", "none"});
    CHECK(supervisor.wait() == 78);
    require_one_line(supervisor, run.name() + ".ring");
    CHECK(read_file("/dev/shm/" + run.name() + ".ring") == std::string(100'000, 'x'));
}

TEST_CASE("leftovers of another source or ledger are not adopted") {
    PipelineRun run;
    {
        auto killed = run.start({"--consumers", "1", "--source", "sequence:100", "--process", "simulate:1s"});
        REQUIRE(eventually([&] {
            const auto seen = SegmentsView::open(run.name());
            return seen && seen->ring().tail() == 100;
        }));
        killed.send(SIGSTOP);
        PipelineRun::kill_everything();
        REQUIRE(run.segments().size() == 2);
    }
    write_file(run.directory() / "ids", "a\n");
    auto other = run.start({"--consumers", "1", "--source", "lines:" + (run.directory() / "ids").string(),
                            "--process", "none", "--once"});
    CHECK(other.wait() == 78);
    require_one_line(other, "sequence");
    auto right = run.start({"--consumers", "1", "--source", "sequence:100", "--process", "none", "--once"});
    CHECK(right.wait() == 0);
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}

TEST_CASE("help and version are answered on standard output") {
    PipelineRun run;
    auto help = run.start({"--help"});
    CHECK(help.wait() == 0);
    CHECK(help.out().find("--consumers") != std::string::npos);
    CHECK(help.err().empty());
    auto version = run.start({"--version"});
    CHECK(version.wait() == 0);
    CHECK(version.out().find("supervisor") == 0);
}
