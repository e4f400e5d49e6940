// SPDX-License-Identifier: Apache-2.0
// The observer beside real pipelines: what it says is what the ledger says, whatever state they are in.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline::test;

namespace {

// Of a number of microseconds that a query has for each invoice, in order, the rank-th of all, in seconds.
double ledger_quantile(const PipelineRun& run, double p, const std::string& sql) {
    const auto all = run.column(sql);
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(all.size())));
    return std::stod(all.at(rank - 1)) / 1e6;
}

}  // namespace

TEST_CASE("the observer's last totals are the ledger's, run after run") {
    PipelineRun run;
    auto observer = start_observer(run, {"--json", "--interval", "100ms"});
    REQUIRE(eventually([&] { return lines_of(observer.out()).size() == 1; }));
    CHECK(json_lines(observer).front()["state"].is_null());
    std::string generation;
    for (const std::uint64_t invoices : {3'000U, 5'000U}) {
        auto supervisor = run.start({"--consumers", "2", "--source", fmt::format("sequence:{}", invoices),
                                     "--process", "simulate:cpu=300us"});
        const auto before = generation.empty() ? 0U : 3'000U;
        // It ends when the observer has seen it, however fast it is.
        REQUIRE(eventually([&] {
            auto seen = json_lines(observer).back();
            return seen["generation"] != generation && seen["totals"]["stored"] == invoices - before;
        }));
        supervisor.send(SIGTERM);
        REQUIRE(supervisor.wait() == 0);
        REQUIRE(eventually([&] {
            const auto seen = json_lines(observer).back();
            return seen["state"] == "finished" && seen["generation"] != generation;
        }));
        const auto last = json_lines(observer).back();
        CHECK(last["is_attached"] == false);
        CHECK(last["totals"]["stored"] == invoices - before);
        CHECK(last["totals"]["booked"] == invoices - before);
        CHECK(last["in_flight"]["invoices"] == 0);
        CHECK(last["latency"]["until_durable"]["total"]["count"] == invoices - before);
        CHECK(run.rows() == invoices);
        generation = last["generation"];
    }
    observer.send(SIGTERM);
    CHECK(observer.wait() == 0);
    CHECK(observer.err().empty());
    run.require_nothing_left();
}

TEST_CASE("a spool that is watched has not ended, and while it is paused that is the advice") {
    PipelineRun run;
    const auto spool = run.directory() / "spool";
    std::filesystem::create_directory(spool);
    write_file(spool / "1", "");
    auto observer = start_observer(run, {"--json", "--interval", "100ms"});
    auto supervisor =
        run.start({"--consumers", "1", "--source", "spool:" + spool.string(), "--process", "none"});
    const auto last = [&] {
        const auto all = json_lines(observer);
        return all.empty() ? nlohmann::json() : all.back();
    };
    // Idle for some looks: it has found nothing more.
    REQUIRE(eventually([&] {
        const auto seen = last();
        return !seen.is_null() && seen["state"] == "running" && seen["totals"]["stored"] == 1 &&
               seen["producer"]["activity"] == "waiting_for_input" && seen["advice"]["sentence"] != "";
    }));
    CHECK(last()["is_source_exhausted"] == false);
    CHECK(observe_text(run).find("has ended") == std::string::npos);
    supervisor.send(SIGUSR1);
    REQUIRE(eventually(
        [&] { return last()["advice"]["sentence"].get<std::string>().starts_with("the source is paused"); }));
    CHECK(last()["advice"]["bottleneck"] == "nothing");
    supervisor.send(SIGUSR2);
    REQUIRE(eventually(
        [&] { return last()["advice"]["sentence"].get<std::string>().starts_with("nothing to do"); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    observer.send(SIGTERM);
    CHECK(observer.wait() == 0);
}

TEST_CASE("a live observer whose reader has stopped can be ended") {
    PipelineRun run;
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    const pipeline::UniqueFd reader(ends[0]);
    const pipeline::UniqueFd writer(ends[1]);
    while (::write(writer.get(), "full", 4) > 0) {
    }
    REQUIRE(::fcntl(writer.get(), F_SETFL, 0) == 0);
    Process observer({OBSERVER_PROGRAM, "--name", run.name(), "--json"}, run.directory(), "stalled", -1,
                     [&] { ::dup2(writer.get(), STDOUT_FILENO); });
    // From then on it looks for the signal itself. (Before its exec, a child of this test has all signals
    // blocked.)
    const auto has_blocked_the_signal = [&] {
        if (read_file(fmt::format("/proc/{}/comm", observer.pid())) != "observer\n") return false;
        const std::string status = read_file(fmt::format("/proc/{}/status", observer.pid()));
        const std::string before = "SigBlk:\t";
        const auto at = status.find(before);
        return at != std::string::npos &&
               (std::stoull(status.substr(at + before.size(), 16), nullptr, 16) >> (SIGTERM - 1U) & 1U) != 0;
    };
    REQUIRE(eventually(has_blocked_the_signal));
    observer.send(SIGTERM);
    CHECK(observer.wait(std::chrono::seconds(20)) == 0);
}

TEST_CASE("latencies until durable are those that the ledger's own times say") {
    PipelineRun run;
    auto observer = start_observer(run, {"--json", "--interval", "100ms"});
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence:4000", "--process", "simulate:cpu=250us"});
    // It ends when the observer has seen it, however fast it is.
    REQUIRE(eventually([&] {
        auto all = json_lines(observer);
        return !all.empty() && all.back()["totals"]["stored"] == 4'000;
    }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    const auto ended = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    REQUIRE(eventually([&] {
        const auto all = json_lines(observer);
        return !all.empty() && all.back()["state"] == "finished";
    }));
    const auto total = json_lines(observer).back()["latency"]["until_durable"]["total"];
    REQUIRE(total["count"] == 4'000);
    // A row's time is that of the beginning of its transaction; it is counted when that is durable, and
    // before the next one begins.
    const std::string at_least = "SELECT stored_at - acquired_at FROM invoices ORDER BY 1";
    const std::string at_most = fmt::format(
        "SELECT next_at - acquired_at FROM invoices JOIN (SELECT stored_at, lead(stored_at, 1, {}) OVER"
        " (ORDER BY stored_at) AS next_at FROM (SELECT DISTINCT stored_at FROM invoices)) USING (stored_at)"
        " ORDER BY 1",
        ended.count());
    for (const auto& [name, p] : {std::pair("p50_seconds", 0.5), std::pair("p99_seconds", 0.99)}) {
        const double seen = total[name];
        const double least = ledger_quantile(run, p, at_least);
        const double most = ledger_quantile(run, p, at_most);
        fmt::print("observer: {} until durable {:.4f} s, the ledger's times say {:.4f} to {:.4f} s\n", name,
                   seen, least, most);
        INFO(name << ": " << seen << ", not within " << least << " to " << most);
        CHECK(seen >= 0.95 * least);
        CHECK(seen <= 1.05 * most);
    }
    observer.send(SIGINT);
    CHECK(observer.wait() == 0);
}

TEST_CASE("of a pipeline that is stopped the last state is seen, that nothing moves, and since when") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "3", "--source", "sequence", "--process", "simulate:cpu=100us"});
    REQUIRE(eventually([&] { return run.has_rows(500) && supervisor.children().size() == 4; }));
    CHECK(observe_once(run)["state"] == "running");
    supervisor.send(SIGSTOP);
    for (const pid_t child : supervisor.children()) ::kill(child, SIGSTOP);
    REQUIRE(eventually([&] { return observe_once(run)["state"] == "stopped"; }));
    const auto first = observe_once(run);
    const auto later = observe_once(run);
    CHECK(later["totals"] == first["totals"]);
    CHECK(later["in_flight"]["invoices"] > 0);
    CHECK(later["moved_at_us"].is_number());
    // The wall clock and the monotonic one are read one after the other.
    CHECK(std::abs(later["moved_at_us"].get<double>() - first["moved_at_us"].get<double>()) < 1e5);
    CHECK(later["unmoved_seconds"] > first["unmoved_seconds"]);
    CHECK(later["health"]["is_good"] == false);
    CHECK(later["supervisor"]["state"] == "stopped");
    for (const auto& consumer : later["consumers"]) CHECK(consumer["state"] == "stopped");
    REQUIRE(eventually([&] { return observe_once(run)["unmoved_seconds"] > 3; }));
    CHECK(observe_text(run).find("nothing has moved for ") != std::string::npos);

    for (const pid_t child : supervisor.children()) ::kill(child, SIGCONT);
    supervisor.send(SIGCONT);
    REQUIRE(eventually([&] { return observe_once(run)["state"] == "running"; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("what a dead pipeline left is seen, and how its processes died before") {
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:cpu=100us"});
    REQUIRE(eventually([&] { return run.has_rows(100) && supervisor.children("consumer").size() == 2; }));
    ::kill(supervisor.child("consumer"), SIGKILL);
    REQUIRE(eventually([&] { return observe_once(run)["consumer_deaths"] == 1; }));
    const auto seen = observe_once(run);
    std::string cause;
    for (const auto& consumer : seen["consumers"]) {
        if (consumer["deaths"] == 1) cause = consumer["last_death"]["cause"];
    }
    CHECK(cause == "killed by signal 9 (SIGKILL)");
    run.kill(supervisor);
    const auto dead = observe_once(run);
    CHECK(dead["state"] == "dead");
    CHECK(dead["in_flight"]["invoices"] > 0);
    CHECK(dead["producer"]["state"] == "dead");
    CHECK(dead["health"]["is_good"] == false);
}

TEST_CASE("without a pipeline the observer says so once, or waits") {
    PipelineRun run;
    Process once({OBSERVER_PROGRAM, "--once", "--name", run.name()}, run.directory(), "once");
    CHECK(once.wait() == 66);
    CHECK(once.out().empty());
    CHECK(lines_of(once.err()).size() == 1);

    auto live = start_observer(run, {"--interval", "100ms"});
    REQUIRE(eventually([&] { return !live.out().empty(); }));
    CHECK(live.out() == fmt::format("waiting for a pipeline of the name '{}'\n", run.name()));
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:10", "--process", "none"});
    REQUIRE(eventually([&] { return live.out().find("booked 10,") != std::string::npos; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    REQUIRE(eventually([&] {
        const auto lines = lines_of(live.out());
        return lines.back() == lines.front() &&
               lines[lines.size() - 2].find(" finished: ") != std::string::npos;
    }));
    live.send(SIGTERM);
    CHECK(live.wait() == 0);
}

TEST_CASE("segments of another kind are no end of waiting") {
    PipelineRun run;
    write_file("/dev/shm/" + run.name() + ".ring", std::string(100'000, 'x'));
    Process once({OBSERVER_PROGRAM, "--once", "--name", run.name()}, run.directory(), "once");
    CHECK(once.wait() == 78);
    auto live = start_observer(run, {"--interval", "100ms"});
    REQUIRE(eventually([&] { return live.out().find("a segment of this pipeline") != std::string::npos; }));
    std::filesystem::remove("/dev/shm/" + run.name() + ".ring");
    REQUIRE(eventually([&] { return live.out().find("waiting for a pipeline") != std::string::npos; }));
    CHECK(live.is_running());
}
