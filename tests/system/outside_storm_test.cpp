// SPDX-License-Identifier: Apache-2.0
// A storm of kills over consumers and the programs that they have started: every invoice has one outcome, and
// no process, zombie or descriptor is left over. The kills are random; their seed is printed.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

struct Storm {
    std::string process;
    std::vector<std::string> options;
};

constexpr int kKills = 60;

// One process that is a consumer or descends from one; 0 if there is none now.
pid_t choose_victim(const Process& supervisor, std::mt19937_64& random) {
    const auto consumers = supervisor.children("consumer");
    if (consumers.empty()) return 0;
    std::vector<pid_t> all = consumers;
    for (const pid_t consumer : consumers) {
        const auto programs = descendants_of(consumer);
        all.insert(all.end(), programs.begin(), programs.end());
    }
    return all[random() % all.size()];
}

void require_tidy(const Process& supervisor) {
    CHECK(eventually([&] { return zombies_among(descendants_of(supervisor.pid())) == 0; }));
    for (const pid_t consumer : supervisor.children("consumer")) {
        // Segments, ledger, its lock and its log, a program's pipes and pidfd: whatever was killed, no more.
        CHECK(eventually([&] { return descriptors_of(consumer) < 24; }));
    }
    CHECK(descriptors_of(supervisor.pid()) < 32);
}

}  // namespace

TEST_CASE("a storm of kills over consumers and programs leaves one outcome for each invoice and nothing else",
          "[outside]") {
    const std::string answerer = ANSWERER_PROGRAM;
    const auto storm =
        GENERATE_COPY(Storm{"exec:" + answerer, {"--pipeline", "1"}},
                      Storm{"exec:" + answerer, {"--pipeline", "32", "--max-items-per-child", "100"}},
                      Storm{"each:" + answerer + " each {} {attempt}", {"--ring-capacity", "64"}});
    static const auto seed = std::random_device()();
    std::mt19937_64 random(seed);
    INFO("seed " << seed << ", " << storm.process);
    PipelineRun run;
    // The source does not end before the storm does, however fast the machine is. So many attempts that only
    // a kill in each of them could make an invoice fail.
    std::vector<std::string> options{"--consumers", "3",           "--source",       "sequence",
                                     "--process",   storm.process, "--max-attempts", "200"};
    options.insert(options.end(), storm.options.begin(), storm.options.end());
    auto supervisor = run.start(options);
    REQUIRE(eventually([&] { return supervisor.children("consumer").size() == 3; }));
    for (int killed = 0; killed < kKills;) {
        pid_t victim = 0;
        REQUIRE(eventually([&] { return (victim = choose_victim(supervisor, random)) != 0; }));
        if (::kill(victim, SIGKILL) == 0 && ++killed % 20 == 0) require_tidy(supervisor);
        ::poll(nullptr, 0, static_cast<int>(random() % 20));  // not a wait: the storm's own irregular beat
    }
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    const std::uint64_t invoices = run.count("SELECT cursor FROM sources") - 1;
    run.require_numbers_up_to(invoices);
    // An invoice whose program was killed late may wait still: it gets its other attempt.
    *std::find(options.begin(), options.end(), "sequence") = fmt::format("sequence:{}", invoices);
    options.emplace_back("--once");
    REQUIRE(run.start(options).wait() == 0);
    run.require_numbers_up_to(invoices);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", invoices}});
    run.require_nothing_left();
    fmt::print("storm over {}: seed {}, {} kills, {} invoices booked, at most {} attempts\n",
               storm.process.substr(0, 4), seed, kKills, invoices,
               run.count("SELECT max(attempts) FROM invoices"));
}

TEST_CASE("an invoice that kills its program ends, even if its consumers are killed in between",
          "[outside]") {
    PipelineRun run;
    const std::string process = std::string("exec:") + ANSWERER_PROGRAM;
    std::vector<std::string> ids{"hang"};
    for (int i = 0; i < 50; ++i) ids.push_back(fmt::format("good {}", i));
    auto supervisor = run.start(over(run, ids,
                                     {"--consumers", "1", "--process", process, "--item-timeout", "100ms",
                                      "--max-attempts", "12", "--log-level", "debug"}));
    // Every other attempt is ended by the death of the consumer.
    for (int i = 0; i < 3; ++i) {
        std::vector<pid_t> programs;
        REQUIRE(eventually([&] {
            const auto consumers = supervisor.children("consumer");
            programs = consumers.empty() ? std::vector<pid_t>() : children_of(consumers.front());
            return !programs.empty();
        }));
        const pid_t first = programs.front();
        REQUIRE(eventually([&] {
            const auto consumers = supervisor.children("consumer");
            const auto now = consumers.empty() ? std::vector<pid_t>() : children_of(consumers.front());
            return !now.empty() && now.front() != first;
        }));
        const auto consumers = supervisor.children("consumer");
        if (!consumers.empty()) ::kill(consumers.front(), SIGKILL);
    }
    REQUIRE(supervisor.wait() == 1);
    CHECK(outcomes(run).at("hang").starts_with("failed 12 "));
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked'") == 50);
    run.require_nothing_left();
}

TEST_CASE("when a consumer is killed, all that its program has started goes with it", "[outside]") {
    PipelineRun run;
    const std::string script =
        "sleep 1000 & setsid sleep 1000 & (sleep 1000 & sleep 1000 &) ; while read -r id; do "
        "sleep 1000; done";
    auto supervisor = run.start({"--consumers", "1", "--source", "sequence:1", "--item-timeout", "0",
                                 "--process", "exec:sh -c '" + script + "'"});
    const auto sleepers = [&] {
        const auto all = descendants_of(supervisor.pid());
        return std::count_if(all.begin(), all.end(), [](pid_t pid) {
            return read_file("/proc/" + std::to_string(pid) + "/comm") == "sleep\n";
        });
    };
    REQUIRE(eventually([&] { return sleepers() == 5; }));
    const auto before = descendants_of(supervisor.pid());
    const pid_t consumer = supervisor.child("consumer");
    ::kill(consumer, SIGKILL);
    // All of them, and nothing of what took their place.
    CHECK(eventually([&] {
        return std::all_of(before.begin(), before.end(), [&](pid_t pid) {
            const std::string stat = read_file("/proc/" + std::to_string(pid) + "/comm");
            return stat == "producer\n" || ::kill(pid, 0) != 0;
        });
    }));
    supervisor.send(SIGTERM);
    REQUIRE(eventually([&] { return supervisor.err().find("draining") != std::string::npos; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 75);
    CHECK(eventually([] { return children_of(::getpid()).empty(); }));
}

TEST_CASE("when the supervisor is killed, consumers drain through their programs and end them", "[outside]") {
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "2", "--source", "sequence:3000", "--ring-capacity", "64",
                                 "--process", std::string("exec:") + ANSWERER_PROGRAM});
    REQUIRE(eventually([&] {
        return run.segments().size() == 2 && std::filesystem::exists(run.ledger()) && run.rows() >= 100;
    }));
    supervisor.send(SIGKILL);
    CHECK(supervisor.wait() == 1000 + SIGKILL);
    run.require_nothing_left();
    run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
}
