// SPDX-License-Identifier: Apache-2.0
// supervisor --check ends as a start would, and leaves everything as it was. --print-config prints what
// --config takes.
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "common/os/file_identity.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/system/steered.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

// Returns each file in the run's directory and in shared memory, with its size and the time of its last
// change, without the output of the test's processes.
std::map<std::string, std::string> everything(const PipelineRun& run) {
    std::map<std::string, std::string> seen;
    const auto add = [&](const fs::path& path) {
        const auto status = look_through(path.c_str());
        REQUIRE(status);
        seen[path] = fmt::format("{} {} {}", status->identity.inode, status->bytes, status->changed_ns);
    };
    for (const auto& entry : fs::recursive_directory_iterator(run.directory())) {
        const auto extension = entry.path().extension();
        if (entry.is_regular_file() && extension != ".out" && extension != ".err") add(entry.path());
        if (entry.is_directory()) seen[entry.path()] = "";
    }
    for (const std::string& name : run.segments()) add("/dev/shm/" + name);
    return seen;
}

bool is_stopped(pid_t process) {
    const std::string status = read_file(fmt::format("/proc/{}/stat", process));
    return status.find(") T ") != std::string::npos;  // proc(5)
}

std::vector<std::string> with_check(std::vector<std::string> options) {
    options.emplace_back("--check");
    return options;
}

}  // namespace

TEST_CASE("a check ends as the start does, in whatever is wrong, and makes nothing") {
    PipelineRun run;
    write_file(run.directory() / "no-ledger", std::string(4096, 'x'));
    write_file(run.directory() / "ids", "a\nb\n");
    const std::string list = "lines:" + (run.directory() / "ids").string();
    struct Case {
        std::vector<std::string> options;
        int status;
        std::string line;  // that the check must print
    };
    const std::vector<Case> cases{
        {{"--source", list}, 0, "source: usable, lines:"},
        {{}, 0, "source: usable, spool:"},
        {{"--source", "sequence:3", "--process", "none", "--ledger", "none"}, 0, "ledger: usable, none"},
        {{"--source", list, "--process", "each:true"}, 0, "program: usable, each:true"},
        {{"--source", "spool:/nonexistent"}, 66, "source: not usable: the spool /nonexistent: No such"},
        {{"--source", "lines:/nonexistent"}, 66, "source: not usable: the source /nonexistent: No such"},
        {{"--source", list, "--process", "each:no-such-program"}, 66, "program: not usable: the program"},
        {{"--source", list, "--process", "exec:/nonexistent"}, 66, "program: not usable: the program"},
        {{"--source", "exec:/nonexistent"}, 66, "source: not usable: the program '/nonexistent'"},
        {{"--source", list, "--ledger", "sqlite:/nonexistent/x.db"},
         73,
         "ledger: not usable: ledger /nonexist"},
        {{"--source", list, "--ledger", "sqlite:" + (run.directory() / "no-ledger").string()},
         78,
         "ledger: not usable: ledger "},
        {{"--source", list, "--shm-dir", (run.directory() / "ids/shm").string()},
         73,
         "directories: not usable: making the directory "},
        {{"--source", list, "--process", "none", "--ring-capacity", "1"}, 64, ""},
        {{"--source", list, "--config", "/nonexistent"}, 66, ""},
    };
    for (const Case& wanted : cases) {
        std::vector<std::string> options{"--consumers", "1", "--once", "--fail-on", "never"};
        options.insert(options.end(), wanted.options.begin(), wanted.options.end());
        CAPTURE(wanted.options);
        const auto before = everything(run);
        auto check = run.start(with_check(options));
        const int status = check.wait();
        INFO(check.out() << check.err());
        CHECK(status == wanted.status);
        CHECK(check.out().find(wanted.line) != std::string::npos);
        CHECK(everything(run) == before);
        auto start = run.start(options);
        CHECK(start.wait() == wanted.status);
    }
}

TEST_CASE("a check says more than the first thing that is wrong") {
    PipelineRun run;
    auto check = run.start({"--consumers", "1", "--source", "spool:/nonexistent", "--process",
                            "each:no-such-program", "--check"});
    CHECK(check.wait() == 66);
    CHECK(check.out().find("source: not usable") != std::string::npos);
    CHECK(check.out().find("program: not usable") != std::string::npos);
    CHECK(check.out().find("ledger: a start makes it") != std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("a check beside a running pipeline touches neither its ledger nor its segments") {
    Steered pipeline({"--consumers", "2", "--source", "sequence:50", "--process", "none"});
    REQUIRE(eventually([&] { return pipeline.run.has_rows(50) && pipeline.in_flight() == 0; }));
    const auto state_of = [&](const char* suffix) {
        const std::string path = pipeline.run.ledger().string() + suffix;
        const auto status = look_through(path.c_str());
        REQUIRE(status);
        return fmt::format("{} {} {}", status->identity.inode, status->modified_ns, read_file(path));
    };
    // A stopped process writes nothing itself.
    auto processes = pipeline.supervisor.children();
    processes.insert(processes.begin(), pipeline.supervisor.pid());
    for (const pid_t process : processes) ::kill(process, SIGSTOP);
    for (const pid_t process : processes) REQUIRE(eventually([&] { return is_stopped(process); }));
    const std::string file = state_of("");
    const std::string log = state_of("-wal");
    for (const char* source : {"sequence:50", "sequence:60"}) {
        auto check =
            pipeline.run.start({"--consumers", "3", "--source", source, "--process", "none", "--check"});
        CHECK(check.wait() == 0);
        INFO(check.out());
        CHECK(check.out().find(fmt::format("runs, with pid {}", pipeline.supervisor.pid())) !=
              std::string::npos);
        CHECK(check.out().find("ledger: usable, sqlite:") != std::string::npos);
    }
    CHECK((state_of("") == file));
    CHECK((state_of("-wal") == log));
    for (auto process = processes.rbegin(); process != processes.rend(); ++process) ::kill(*process, SIGCONT);
    pipeline.drain();
}

TEST_CASE("a check says what a start makes of what an earlier one has left") {
    PipelineRun run;
    const std::vector<std::string> options{"--consumers", "1",        "--process",
                                           "none",        "--source", "sequence:100"};
    {
        std::vector<std::string> slow = options;
        slow[3] = "simulate:1s";
        auto killed = run.start(slow);
        REQUIRE(eventually([&] { return run.acquired() == 100; }));
        PipelineRun::kill(killed);
        REQUIRE(run.segments().size() == 2);
    }
    write_file(run.directory() / "ids", "a\n");
    const auto before = everything(run);
    const auto checked = [&](std::vector<std::string> changed, int status, const std::string& line) {
        auto check = run.start(with_check(std::move(changed)));
        INFO(line);
        CHECK(check.wait() == status);
        INFO(check.out() << check.err());
        CHECK(check.out().find(line) != std::string::npos);
        CHECK(everything(run) == before);
    };
    checked(options, 0, "leftovers: a start goes on with ");
    std::vector<std::string> other = options;
    other[5] = "lines:" + (run.directory() / "ids").string();
    checked(other, 78, "leftovers: not usable: ");
    std::vector<std::string> elsewhere = options;
    elsewhere.insert(elsewhere.end(), {"--ledger", "sqlite:" + (run.directory() / "other.db").string()});
    checked(elsewhere, 78, "leftovers: not usable: ");

    const auto ledger = run.ledger().string();
    fs::rename(ledger, ledger + ".away");
    auto lost = run.start(with_check(options));
    CHECK(lost.wait() == 78);
    auto refused = run.start(options);
    CHECK(refused.wait() == 78);
    fs::rename(ledger + ".away", ledger);

    std::vector<std::string> last = options;
    last.emplace_back("--once");
    auto right = run.start(last);
    CHECK(right.wait() == 0);
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}

TEST_CASE("a check refuses segments that are none, as the start does") {
    PipelineRun run;
    write_file("/dev/shm/" + run.name() + ".ring", std::string(100'000, 'x'));
    const std::vector<std::string> options{"--consumers", "1", "--source", "sequence:1", "--process", "none"};
    const auto before = everything(run);
    auto check = run.start(with_check(options));
    CHECK(check.wait() == 78);
    CHECK(check.out().find("leftovers: not usable: ") != std::string::npos);
    CHECK(everything(run) == before);
    auto start = run.start(options);
    CHECK(start.wait() == 78);
}

TEST_CASE("what --print-config prints is what --config takes") {
    PipelineRun run;
    auto printed = run.start({"--consumers", "1..3", "--source",
                              "lines:" + (run.directory() / "a # b").string(), "--rate", "5/s", "--once",
                              "--process", "each:sh -c 'echo \"# $1\"' sh {}", "--print-config"});
    REQUIRE(printed.wait() == 0);
    const std::string text = printed.out();
    CHECK(text.find("consumers = 1..3\n") != std::string::npos);
    CHECK(text.find("once = true\n") != std::string::npos);
    CHECK(text.find("source = \"lines:") != std::string::npos);
    CHECK(text.find("# every is not set\n") != std::string::npos);
    CHECK(printed.err().empty());
    write_file(run.directory() / "printed.conf", text);
    auto again = run.start({"--config", (run.directory() / "printed.conf").string(), "--print-config"});
    REQUIRE(again.wait() == 0);
    CHECK(again.out() == text);
    run.require_nothing_left();
}
