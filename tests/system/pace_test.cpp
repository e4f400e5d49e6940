// SPDX-License-Identifier: Apache-2.0
// --rate as the begun programs see it, by their own clock: no attempt begins early, whatever else happens. A
// slow machine makes attempts later, never earlier, so each bound is one-sided: the k-th attempt after a
// moment at which nothing had begun is not before that moment and k periods.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr Nanoseconds kPeriod = 100ms;
constexpr Nanoseconds kMadeUp = 1ms;  // a permit that was taken late does not delay the next one by so much

std::int64_t wall_ns() {
    return Nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The times at which attempts began, as their programs wrote them, in order.
std::vector<std::int64_t> begun(const PipelineRun& run) {
    std::vector<std::int64_t> times;
    const std::string text = read_file(run.directory() / "begun");
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        times.push_back(std::stoll(text.substr(at, end - at)));
    std::sort(times.begin(), times.end());
    return times;
}

std::string note(const PipelineRun& run) {
    return "date +%s%N >>" + (run.directory() / "begun").string();
}

std::vector<std::string> paced(const PipelineRun& run, const std::string& consumers,
                               const std::string& then) {
    return {"--consumers",           consumers, "--rate", "10/s", "--", "sh", "-c",
            note(run) + "; " + then, "sh",      "{}"};
}

// Fails unless the k-th of `times` from number `first` on is at least k periods after `since`, not counting
// `free` of them.
void require_paced(const std::vector<std::int64_t>& times, std::size_t first, std::int64_t since,
                   std::size_t free = 0) {
    for (std::size_t k = first + free; k < times.size(); ++k) {
        const auto periods = static_cast<std::int64_t>(k - first - free);
        INFO("attempt " << k << " of " << times.size());
        CHECK(times[k] - since >= periods * kPeriod.count() - kMadeUp.count());
    }
}

// True if no program of theirs runs any more.
bool have_no_program(const std::vector<pid_t>& consumers) {
    return std::all_of(consumers.begin(), consumers.end(), [](pid_t consumer) {
        const auto programs = descendants_of(consumer);
        return zombies_among(programs) == programs.size();
    });
}

}  // namespace

TEST_CASE("four consumers together begin no attempt early", "[pace]") {
    PipelineRun run;
    const std::int64_t since = wall_ns();
    run_to_end(run, {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}, paced(run, "4", "true"));
    const auto times = begun(run);
    CHECK(times.size() == 10);
    require_paced(times, 0, since);
}

TEST_CASE("retries keep the rate", "[pace]") {
    PipelineRun run;
    const std::int64_t since = wall_ns();
    run_to_end(run, {"1", "2", "3"}, paced(run, "3", "exit 1"));
    const auto times = begun(run);
    CHECK(times.size() == 9);
    require_paced(times, 0, since);
}

TEST_CASE("what was in work when everything was killed keeps the rate when it is begun again", "[pace]") {
    PipelineRun run;
    const auto go_on = (run.directory() / "go-on").string();
    const auto options =
        over(run, {"1", "2", "3", "4"}, paced(run, "4", "until test -e " + go_on + "; do sleep 0.02; done"));
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return begun(run).size() == 4; }));
    PipelineRun::kill(supervisor);
    PipelineRun::kill_everything();
    write_file(go_on, "");
    const std::int64_t since = wall_ns();
    auto next = run.start(options);
    REQUIRE(next.wait() == 0);
    const auto times = begun(run);
    CHECK(times.size() == 8);
    require_paced(times, 4, since);
    CHECK(run.rows() == 4);
    run.require_nothing_left();
}

TEST_CASE("a standstill is not made up for", "[pace]") {
    PipelineRun run;
    // The source goes on meanwhile, or it stands still too.
    const bool with_all = GENERATE(false, true);
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence", "--rate", "10/s", "--process",
                                 "each:sh -c '" + note(run) + "'"});
    REQUIRE(eventually([&] { return begun(run).size() >= 3; }));
    const auto consumers = supervisor.children("consumer");
    const auto stopped = with_all ? supervisor.children() : consumers;
    if (with_all) supervisor.send(SIGSTOP);
    for (const pid_t pid : stopped) ::kill(pid, SIGSTOP);
    REQUIRE(eventually([&] { return have_no_program(consumers); }));
    const std::size_t before = begun(run).size();
    const std::int64_t stopped_at = wall_ns();
    REQUIRE(eventually([&] { return wall_ns() - stopped_at > 8 * kPeriod.count(); }));
    const std::int64_t since = wall_ns();
    for (const pid_t pid : stopped) ::kill(pid, SIGCONT);
    if (with_all) supervisor.send(SIGCONT);
    REQUIRE(eventually([&] { return begun(run).size() >= before + 8; }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait() == 0);
    // Each consumer may have been stopped between its permit and its program.
    require_paced(begun(run), before, since, consumers.size());
    run.require_nothing_left();
}

TEST_CASE("a slow rate drains at once, and nothing is killed or called unhealthy while it waits", "[pace]") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "4", "--source", "sequence", "--rate", "0.01/s", "--process",
                                 "each:sh -c '" + note(run) + "'", "--item-timeout", "500ms"});
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    supervisor.send(SIGTERM);
    REQUIRE(supervisor.wait(60s) == 0);
    CHECK(begun(run).size() == 1);
    CHECK(supervisor.err().find("died") == std::string::npos);
    run.require_nothing_left();
}

TEST_CASE("a retry that waits for a slow rate is left to the next start by a drain that ends", "[pace]") {
    PipelineRun run;
    const auto options =
        over(run, {"1"},
             {"--consumers", "1", "--rate", "0.001/s", "--drain-timeout", "300ms", "--item-timeout", "200ms",
              "--", "sh", "-c", note(run) + "; exit 1", "sh", "{}"});
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return begun(run).size() == 1 && run.acquired() == 1; }));
    // It has no program, and waits for its second permit.
    REQUIRE(eventually([&] {
        return run.has_rows(1) && run.rows_by_status()["waiting"] == 1 &&
               have_no_program(supervisor.children("consumer"));
    }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    CHECK(begun(run).size() == 1);
    auto next = run.start(over(run, {"1"}, {"--consumers", "1", "--", "true", "{}"}));
    REQUIRE(next.wait() == 0);
    CHECK(outcomes(run).at("1").starts_with("booked "));
    run.require_nothing_left();
}
