// SPDX-License-Identifier: Apache-2.0
// A stop in three steps: the first signal drains, the second one ends what is in work, the third one kills.
// Whatever has no result then is left to the next start, and charged with nothing.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"

using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

constexpr int kNumbers = 40;

// A run whose programs write what becomes of them: a line "ID start" at their beginning, "ID asked" when they
// are asked to end, and "ID end" when they end by themselves. They wait until the file `go_on` is there.
struct Stopping {
    PipelineRun run;
    fs::path told = run.directory() / "told";
    fs::path go_on = run.directory() / "go-on";
    std::string source = "sequence:" + std::to_string(kNumbers);
    std::string job = (run.directory() / "job.sh").string();

    // `when_asked`: what the programs do then.
    explicit Stopping(const std::string& when_asked = "exit 1") {
        write_file(job,
                   "#!/bin/sh\n"
                   "trap 'echo \"$1 asked\" >>" +
                       told.string() + "; " + when_asked +
                       "' TERM\n"
                       "echo \"$1 start\" >>" +
                       told.string() +
                       "\n"
                       "until test -e " +
                       go_on.string() +
                       "; do sleep 0.02; done\n"
                       "echo \"$1 end\" >>" +
                       told.string() + "\n");
        fs::permissions(job, fs::perms::owner_all);
    }
    [[nodiscard]] Process start(std::vector<std::string> options = {"--max-attempts", "1"}) {
        options.insert(options.end(), {"--consumers", "2", "--once", "--source", source, "--process",
                                       "each:" + job + " {}"});
        return run.start(options);
    }
    [[nodiscard]] std::vector<std::string> lines(const std::string& what) const {
        std::vector<std::string> ids;
        for (const std::string& line : lines_of(read_file(told))) {
            if (line.ends_with(" " + what)) ids.push_back(line.substr(0, line.find(' ')));
        }
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    // No attempt is charged, unless `deaths` are.
    void finish(bool deaths = false) {
        write_file(go_on, "");
        REQUIRE(start({"--max-attempts", deaths ? "5" : "1"}).wait() == 0);
        run.require_numbers_up_to(kNumbers);
        CHECK(run.count("SELECT count(*) FROM invoices WHERE status <> 'booked'") == 0);
        if (!deaths) CHECK(run.count("SELECT count(*) FROM invoices WHERE attempts <> 1") == 0);
        run.require_nothing_left();
    }
};

bool has(const Process& supervisor, const std::string& words) {
    return supervisor.err().find(words) != std::string::npos;
}

// A signal that comes at once may be one with the one before.
void send_until(Process& supervisor, const std::string& words) {
    REQUIRE(eventually([&] {
        supervisor.send(SIGINT);
        return has(supervisor, words);
    }));
}

}  // namespace

TEST_CASE("a second signal ends the programs that run, and the next start runs them again", "[stopping]") {
    Stopping stopping;
    auto supervisor = stopping.start();
    REQUIRE(eventually([&] { return stopping.lines("start").size() == 2; }));
    supervisor.send(SIGINT);
    REQUIRE(eventually([&] { return has(supervisor, "draining, "); }));
    CHECK(has(supervisor, " in flight; a second signal stops at once, and the next start goes on"));
    CHECK(stopping.lines("asked").empty());
    send_until(supervisor, "a second signal: stopping at once, ");
    CHECK(supervisor.wait() == 75);
    CHECK(stopping.lines("asked") == stopping.lines("start"));
    CHECK(stopping.lines("start").size() == 2);
    CHECK(stopping.run.rows() == 0);
    CHECK(has(supervisor, "they stay in "));
    stopping.finish();
    // Those that were ended ran twice, all others once.
    CHECK(stopping.lines("start").size() == kNumbers + 2);
    CHECK(stopping.lines("end").size() == kNumbers);
}

TEST_CASE("a program that heeds no SIGTERM is killed, and that is held against no invoice", "[stopping]") {
    Stopping stopping(":");
    auto supervisor = stopping.start();
    REQUIRE(eventually([&] { return stopping.lines("start").size() == 2; }));
    supervisor.send(SIGTERM);
    send_until(supervisor, "a second signal: stopping at once, ");
    CHECK(supervisor.wait() == 75);
    CHECK(stopping.lines("asked").size() == 2);
    stopping.finish();
}

TEST_CASE("--drain-timeout ends what is in work by itself", "[stopping]") {
    Stopping stopping;
    auto supervisor = stopping.start({"--drain-timeout", "100ms", "--max-attempts", "1"});
    REQUIRE(eventually([&] { return stopping.lines("start").size() == 2; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 75);
    CHECK(has(supervisor, "not drained within --drain-timeout 100ms: stopping at once, "));
    CHECK(stopping.lines("asked").size() == 2);
    stopping.finish();
}

TEST_CASE("work inside consumers is finished and recorded at a second signal", "[stopping]") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "1", "--source", "sequence:100", "--process", "simulate:500ms"});
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    supervisor.send(SIGTERM);
    send_until(supervisor, "a second signal: stopping at once, ");
    CHECK(supervisor.wait() == 75);
    CHECK(run.rows() < 100);
    CHECK(run.count("SELECT max(attempts) FROM invoices") == 1);
    auto next = run.start({"--consumers", "2", "--once", "--source", "sequence:100", "--process", "none"});
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(100);
    run.require_nothing_left();
}

TEST_CASE("a third signal kills, and the next start finishes", "[stopping]") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:20", "--process", "simulate:1h"});
    REQUIRE(eventually([&] { return run.acquired() == 20; }));
    supervisor.send(SIGTERM);
    send_until(supervisor, "a third signal: killing what still runs");
    CHECK(supervisor.wait() == 75);
    auto next = run.start({"--consumers", "2", "--once", "--source", "sequence:20", "--process", "none",
                           "--max-attempts", "1"});
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(20);
    run.require_nothing_left();
}

TEST_CASE("children that a killed supervisor has left in the second step finish that step", "[stopping]") {
    Stopping stopping(":");  // so the step lasts a second
    auto supervisor = stopping.start();
    REQUIRE(eventually([&] { return stopping.lines("start").size() == 2; }));
    supervisor.send(SIGTERM);
    send_until(supervisor, "a second signal: stopping at once, ");
    supervisor.send(SIGKILL);
    CHECK(supervisor.wait() == 1000 + SIGKILL);
    REQUIRE(eventually([] { return PipelineRun::has_no_children(); }));
    CHECK(stopping.lines("start").size() == 2);
    CHECK(stopping.run.rows() == 0);
    stopping.finish();
}

TEST_CASE("a consumer that is killed in the second step is not replaced", "[stopping]") {
    Stopping stopping(":");
    auto supervisor = stopping.start();
    REQUIRE(eventually([&] { return stopping.lines("start").size() == 2; }));
    supervisor.send(SIGTERM);
    send_until(supervisor, "a second signal: stopping at once, ");
    for (const pid_t consumer : supervisor.children("consumer")) ::kill(consumer, SIGKILL);
    CHECK(supervisor.wait() == 75);
    CHECK(stopping.lines("start").size() == 2);
    stopping.finish(true);
}
