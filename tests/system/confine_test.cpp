// SPDX-License-Identifier: Apache-2.0
// --confine, and the confinement that --isolate brings: a program cannot reach segments and ledger by their
// names.
#include <fmt/format.h>
#include <signal.h>

#include <string>
#include <vector>

#include "common/os/confinement.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/landlock.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

// Rejected if the shell can run `script`, else booked.
std::string outcome_of(PipelineRun& run, const std::string& script, std::vector<std::string> options) {
    options.insert(options.end(), {"--consumers", "1", "--process",
                                   fmt::format("each:sh -c '{} && exit 65; exit 0' {{}}", script)});
    run_to_end(run, {"1"}, options);
    return outcomes(run).at("1").substr(0, 8);
}

}  // namespace

TEST_CASE("a program that is not confined can open segments and ledger by name", "[confine]") {
    const auto number = GENERATE(0, 1);
    PipelineRun run;
    const std::string path = number == 0 ? "/dev/shm/" + run.name() + ".ring" : run.ledger().string();
    CHECK(outcome_of(run, "[ -s " + path + " ] && true >> " + path, {}) == "rejected");
}

TEST_CASE("a confined program can open neither segments nor ledger, and does its work", "[confine]") {
    if (!has_landlock()) return;
    const auto number = GENERATE(0, 1, 2, 3, 4);
    PipelineRun run;
    const std::string ring = "/dev/shm/" + run.name() + ".ring";
    const std::string script = number == 0   ? "[ -s " + ring + " ] && true >> " + ring
                               : number == 1 ? "cat " + run.ledger().string()
                               : number == 2 ? "rm -f " + ring
                               : number == 3 ? "true > /dev/shm/" + run.name() + ".storage.new"
                                             : "cat /proc/$PPID/fd/3";
    CHECK(outcome_of(run, script, {"--confine"}) == "booked 1");
    CHECK(outcomes(run).size() == 1);
}

TEST_CASE("an isolated processor is confined without being asked for", "[confine]") {
    if (!has_landlock()) return;
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence", "--process", "simulate:1ms",
                                 "--isolate", "--rate", "100/s"});
    const auto has_given_up_privileges = [&] {
        for (const pid_t pid : descendants_of(supervisor.pid())) {
            const std::string files = fmt::format("/proc/{}/", pid);
            if (read_file(files + "cmdline").find("--serve") == std::string::npos) continue;
            if (read_file(files + "status").find("NoNewPrivs:\t1") != std::string::npos) return true;
        }
        return false;
    };
    CHECK(eventually(has_given_up_privileges));
    CHECK(eventually([&] { return run.has_rows(10); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    run.require_nothing_left();
}
