// SPDX-License-Identifier: Apache-2.0
// A pipeline in a pid namespace of its own, as in a container that shares /dev/shm, and an observer outside
// of it: the pids in its segments are others' here.
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline::test;

namespace {

// Goes on in the first process of a new pid namespace, which has a /proc of its own. The calling process
// stays and ends as that one does.
void enter_new_pid_namespace() {
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) ::_exit(126);
    const pid_t first = ::fork();
    if (first < 0) ::_exit(126);
    if (first == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const bool is_mounted = ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                                ::mount("proc", "/proc", "proc", 0, nullptr) == 0;
        if (!is_mounted) ::_exit(126);
        return;
    }
    int status = 0;
    ::waitpid(first, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 127);
}

bool can_make_pid_namespace() {
    const pid_t child = ::fork();
    if (child == 0) {
        enter_new_pid_namespace();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status == 0) return true;
    fmt::print("skipped: a pid namespace can be made here by root alone\n");
    return false;
}

std::vector<nlohmann::json> processes_of(const nlohmann::json& seen) {
    std::vector<nlohmann::json> all{seen["supervisor"], seen["producer"]};
    for (const auto& consumer : seen["consumers"]) all.push_back(consumer);
    return all;
}

}  // namespace

TEST_CASE("from another pid namespace a pipeline is seen to live and to be dead, and no pid is believed") {
    if (!can_make_pid_namespace()) return;
    PipelineRun run;
    const std::vector<std::string> options{"--consumers",    "3",         "--source",
                                           "sequence:20000", "--process", "simulate:300us"};
    auto supervisor = run.start_in(&enter_new_pid_namespace, options);
    REQUIRE(eventually([&] { return run.has_rows(1'000); }));
    auto seen = observe_once(run);
    CHECK(seen["state"] == "running");
    CHECK(seen["health"]["is_good"] == true);
    CHECK(seen["consumers"].size() == 3);
    for (const auto& process : processes_of(seen)) {
        INFO(process);
        CHECK(process["pid"] >= 1);
        CHECK(process["state"] == "unknown");
        CHECK(process["private_bytes"] == 0);
    }
    CHECK(run.audit().text("state") == "running");

    // The first process of a namespace takes all others with it.
    const auto first = children_of(supervisor.pid());
    REQUIRE(first.size() == 1);
    ::kill(first.front(), SIGKILL);
    CHECK(supervisor.wait() == 127);
    seen = observe_once(run);
    CHECK(seen["state"] == "dead");
    CHECK(seen["health"]["is_good"] == false);
    CHECK(seen["in_flight"]["invoices"] > 0);
    for (const auto& process : processes_of(seen)) {
        INFO(process);
        CHECK(process["state"] == "dead");
    }
    CHECK(run.audit().text("state") == "dead");

    // The next one is of this namespace, and may have any of those pids.
    auto next = run.start(options);
    REQUIRE(eventually([&] {
        seen = observe_once(run);
        const auto all = processes_of(seen);
        return seen["supervisor"]["pid"] == next.pid() &&
               std::all_of(all.begin(), all.end(),
                           [](const auto& process) { return process["state"] == "running"; });
    }));
    REQUIRE(eventually([&] { return run.has_rows(20'000); }));
    next.send(SIGTERM);
    CHECK(next.wait() == 0);
    run.require_numbers_up_to(20'000);
    run.require_nothing_left();
}
