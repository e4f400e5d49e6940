// SPDX-License-Identifier: Apache-2.0
// What is said of a pipeline that runs and does not do its work: by the observer, in its log.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline::test;

namespace {

// False too as long as nothing has been acquired: there may be nothing to look at yet.
bool is_in_state(const PipelineRun& run, const std::string& state) {
    if (run.acquired() == 0) return false;
    const auto seen = observe_once(run);
    return seen["health"]["state"] == state && seen["health"]["is_good"] == (state == "fine");
}

}  // namespace

TEST_CASE("a ledger that cannot be written is unhealthy while everything else goes on, and latency grows") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:10ms",
                                 "--rate", "20/s", "--storage-capacity", "100000"});
    REQUIRE(eventually([&] { return run.has_rows(1) && is_in_state(run, "fine"); }));
    auto lock = std::make_unique<LedgerLock>(run.ledger());
    REQUIRE(eventually([&] { return is_in_state(run, "ledger_fails"); }));
    const auto first = observe_once(run);
    CHECK(first["health"]["reason"].get<std::string>().find("nothing has been stored for ") == 0);
    CHECK(first["ledger_condition"]["error"].get<std::string>().find("database is locked") !=
          std::string::npos);
    CHECK(first["ledger_condition"]["errors"] > 0);
    CHECK(first["ledger_condition"]["unstored_seconds"] >= 10);
    CHECK(first["ledger_condition"]["free_bytes"] > 0);
    CHECK(first["latency"]["until_durable"]["recent"]["p99_seconds"] >= 8);
    const std::string metrics = observe_text(run, "--metrics");
    CHECK(metrics.find(fmt::format("invoice_pipeline_healthy{{pipeline=\"{}\"}} 0", run.name())) !=
          std::string::npos);
    // What is acquired and processed goes on meanwhile, and what waits gets older.
    REQUIRE(eventually([&] {
        const auto later = observe_once(run);
        return later["totals"]["processed"] > first["totals"]["processed"] &&
               later["latency"]["until_durable"]["recent"]["p99_seconds"] >
                   first["latency"]["until_durable"]["recent"]["p99_seconds"];
    }));
    lock.reset();
    REQUIRE(eventually([&] { return is_in_state(run, "fine"); }));
    CHECK(observe_once(run)["ledger_condition"]["failing_seconds"].is_null());
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("what is not booked has a line each, as far as the log is bounded, and one that counts the rest") {
    PipelineRun run;
    std::string ids;
    for (int i = 0; i < 60; ++i) ids += fmt::format("INV-{}\n", i);
    write_file(run.directory() / "ids", ids);
    const auto go_on = (run.directory() / "go-on").string();
    auto supervisor = run.start(
        {"--consumers", "1", "--source", "lines:" + (run.directory() / "ids").string(), "--process",
         "each:sh -c 'until test -e " + go_on + "; do sleep 0.02; done; echo so it is >&2; exit 65'"});
    REQUIRE(eventually([&] { return run.acquired() == 60; }));
    {
        // All are in two commits at most: one that has begun, and the rest.
        const LedgerLock locked(run.ledger());
        write_file(go_on, "");
        REQUIRE(eventually([&] { return run.waiting() == 60; }));
    }
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    const auto rejected = lines_with(supervisor.err(), "invoice INV-");
    CHECK(rejected.size() >= 10);
    CHECK(rejected.size() <= 20);
    CHECK(rejected.front().ends_with("notice: invoice INV-0 rejected after 1 attempt: so it is"));
    const auto left_out = lines_with(supervisor.err(), "without a line");
    REQUIRE(!left_out.empty());
    const std::string rest = std::to_string(60 - rejected.size());
    if (left_out.size() == 1)
        CHECK(left_out.front().ends_with(rest + " more invoices without a line: " + rest +
                                         " rejected, 0 failed, 0 waiting, 0 duplicate; the ledger has them"));
    run.require_nothing_left();
}

TEST_CASE("when all fail that is a state of its own, until one does not") {
    PipelineRun run;
    const std::string list = run.directory() / "ids";
    std::string ids;
    for (int i = 0; i < 25; ++i) ids += fmt::format("bad-{}\n", i);
    write_file(list, ids);
    auto supervisor = run.start({"--consumers", "2", "--source", "lines:" + list, "--process",
                                 "each:sh -c '! expr \"$0\" : bad' {}", "--max-attempts", "2", "--hold-after",
                                 "0"});  // a slow machine would hold the source
    REQUIRE(eventually([&] { return is_in_state(run, "all_fail"); }));
    append_to(list, "good\n");
    REQUIRE(eventually([&] { return is_in_state(run, "fine"); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    const auto failed = lines_with(supervisor.err(), " warning: invoice bad-");
    REQUIRE(!failed.empty());
    CHECK(failed.front().find(" failed after 2 attempts: exit status 1") != std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("a duplicate, and an id that cannot be used, have a line each") {
    PipelineRun run;
    write_file(run.directory() / "ids", "a\nb\na\n" + std::string(4097, 'x') + "\n");
    auto supervisor =
        run.start({"--consumers", "1", "--source", "lines:" + (run.directory() / "ids").string(), "--process",
                   "none", "--once"});
    REQUIRE(supervisor.wait() == 1);
    CHECK(lines_with(supervisor.err(), "notice: invoice a duplicate after 1 attempt: its id is in the ledger")
              .size() == 1);
    CHECK(lines_with(supervisor.err(), "warning: invoice xxx").size() == 1);
    CHECK(lines_with(supervisor.err(), "invoice b").empty());
    run.require_nothing_left();
}

TEST_CASE("a paused source is a state of its own, which is not a good one") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence", "--process", "simulate:1ms"});
    REQUIRE(eventually([&] { return is_in_state(run, "fine"); }));
    supervisor.send(SIGUSR1);
    REQUIRE(eventually([&] { return is_in_state(run, "paused"); }));
    supervisor.send(SIGUSR2);
    REQUIRE(eventually([&] { return is_in_state(run, "fine"); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
}

TEST_CASE("a result does not wait until the next invoice, which is a slow one, is done") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:2", "--process", "simulate:1100ms",
                                 "--flush-interval", "1s", "--once"});
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.count("SELECT count(DISTINCT stored_at) FROM invoices") == 2);
    run.require_nothing_left();
}
