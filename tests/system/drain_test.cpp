// SPDX-License-Identifier: Apache-2.0
// A signal to the supervisor drains: what was acquired is in the ledger, and nothing is left.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

// User and system time of a process in clock ticks (proc(5), fields 14 and 15).
long cpu_ticks(pid_t pid) {
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(") ") + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return user + system;
}

// Waits until all processes of a pipeline together take no more than a tick in two seconds.
void require_rest(const Process& supervisor) {
    const auto used = [&] {
        long ticks = cpu_ticks(supervisor.pid());
        for (const pid_t child : supervisor.children()) ticks += cpu_ticks(child);
        return ticks;
    };
    long before = used();
    auto since = std::chrono::steady_clock::now();
    REQUIRE(eventually([&] {
        if (used() > before) {
            before = used();
            since = std::chrono::steady_clock::now();
        }
        return std::chrono::steady_clock::now() - since > std::chrono::seconds(2);
    }));
}

}  // namespace

TEST_CASE("a ledger is one file when its pipeline has drained") {
    const std::string consumers = GENERATE("1", "3");
    PipelineRun run;
    for (int count = 5000; count <= 20'000; count += 5000) {
        auto supervisor = run.start({"--consumers", consumers, "--once", "--process", "none", "--source",
                                     "sequence:" + std::to_string(count)});
        REQUIRE(supervisor.wait() == 0);
        CHECK_FALSE(std::filesystem::exists(run.ledger().string() + "-wal"));
        CHECK_FALSE(std::filesystem::exists(run.ledger().string() + "-shm"));
    }
}

TEST_CASE("SIGTERM and SIGINT drain a pipeline at full speed") {
    const int signal = GENERATE(SIGTERM, SIGINT);
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "4", "--source", "sequence", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(10'000); }));
    supervisor.send(signal);
    REQUIRE(supervisor.wait() == 0);
    const auto acquired = run.count("SELECT cursor FROM sources") - 1;
    CHECK(acquired >= 10'000);
    run.require_numbers_up_to(acquired);
    run.require_nothing_left();
}

TEST_CASE("a full ring of slow invoices is worked off before the end") {
    PipelineRun run;
    auto supervisor = run.start(
        {"--consumers", "4", "--source", "sequence", "--process", "simulate:1ms", "--ring-capacity", "1000"});
    REQUIRE(eventually([&] { return run.has_rows(100) && run.acquired() >= 1000; }));
    const auto before = run.rows();
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    // The ring was full once, and is filled up again only when it is half empty: at least so many were
    // acquired.
    CHECK(run.rows() >= std::max<std::uint64_t>(before, 1000));
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("an idle pipeline takes no processor time and drains at once") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "4", "--source", "spool:" + run.spool().string()});
    REQUIRE(eventually([&] {
        return supervisor.children().size() == 5 && std::filesystem::exists(run.spool() / "booked");
    }));
    require_rest(supervisor);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    CHECK(run.rows() == 0);
    run.require_nothing_left();
}

TEST_CASE("a source that has much and may give nothing takes no processor time") {
    PipelineRun run;
    std::vector<std::string> options{"--consumers", "1..4", "--source", "sequence", "--process", "none"};
    SECTION("by its rate") {
        options.insert(options.end(), {"--rate", "0.01/s"});
    }
    SECTION("by a pause") {}
    const bool pauses = options.back() != "0.01/s";
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    if (pauses) supervisor.send(SIGUSR1);
    require_rest(supervisor);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}

TEST_CASE("a drain that takes too long is cut short, and the next start finishes it") {
    PipelineRun run;
    const std::string source = "sequence:200";
    // The killed consumer has done nothing wrong: one attempt is enough.
    auto supervisor =
        run.start({"--consumers", "1", "--source", source, "--process", "simulate:50ms", "--drain-timeout",
                   "200ms", "--ring-capacity", "256", "--max-attempts", "1"});
    REQUIRE(eventually([&] { return run.has_rows(3); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 75);
    CHECK(supervisor.err().find("--drain-timeout") != std::string::npos);
    CHECK(run.segments().size() == 2);
    auto next = run.start(
        {"--consumers", "2", "--once", "--source", source, "--process", "none", "--max-attempts", "1"});
    REQUIRE(next.wait() == 0);
    run.require_numbers_up_to(200);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'failed'") == 0);
    run.require_nothing_left();
}

TEST_CASE("the first signal drains a run that has begun to end by itself") {
    PipelineRun run;
    // The one invoice takes until the test says so.
    const auto go_on = run.directory() / "go-on";
    auto supervisor = run.start({"--consumers", "2", "--once", "--source", "sequence:1", "--process",
                                 "each:sh -c 'until test -e " + go_on.string() + "; do sleep 0.05; done'"});
    // The source is exhausted: what is left is to see whether the invoice gets another chance.
    REQUIRE(eventually([&] {
        return run.acquired() == 1 && supervisor.children("producer").size() == 1 &&
               supervisor.children("consumer").size() == 2;
    }));
    supervisor.send(SIGTERM);
    REQUIRE(eventually([&] { return supervisor.err().find("draining") != std::string::npos; }));
    write_file(go_on, "");
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(1);
    run.require_nothing_left();
}

TEST_CASE("a signal to the producer alone stops nothing") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "1", "--source", "sequence", "--process", "none", "--rate", "500/s"});
    REQUIRE(eventually([&] { return run.has_rows(5); }));
    for (const int signal : {SIGTERM, SIGINT}) ::kill(supervisor.child("producer"), signal);
    const auto before = run.rows();
    REQUIRE(eventually([&] { return run.has_rows(before + 100); }));
    CHECK(supervisor.err().find("draining") == std::string::npos);
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    run.require_nothing_left();
}
