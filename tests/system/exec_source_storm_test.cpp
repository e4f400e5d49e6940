// SPDX-License-Identifier: Apache-2.0
// A storm of kills over a pipeline whose source is a program: the program, the producer, consumers, and the
// supervisor, whose segments the next one adopts. The program keeps its state in files and gives again what
// has no receipt: every id is booked once, and every one has a receipt at the end.
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"
#include "tests/support/text.hpp"
#include "tests/system/outside_run.hpp"

using namespace pipeline::test;

namespace {

// One process of the chosen kind; 0 if there is none now.
pid_t choose_victim(const Process& supervisor, std::mt19937_64& random) {
    std::vector<pid_t> all;
    const auto producers = supervisor.children("producer");
    switch (random() % 4) {
        case 0:
            for (const pid_t producer : producers) all = children_of(producer);
            break;
        case 1:
            all = producers;
            break;
        case 2:
            all = supervisor.children("consumer");
            break;
        default:
            return supervisor.pid();
    }
    return all.empty() ? 0 : all[random() % all.size()];
}

std::uint64_t last_given(const std::filesystem::path& folder) {
    std::uint64_t high = 0;
    for (const auto& line : lines_of(read_file(folder / "given")))
        high = std::max<std::uint64_t>(high, std::stoull(line));
    return high;
}

}  // namespace

TEST_CASE("a storm of kills over a source's program and its pipeline books every id once", "[exec_source]") {
    const auto kills = std::max<std::uint64_t>(scaled(60), 12);
    const auto seed = test_seed();
    std::mt19937_64 random(seed);
    INFO("seed " << seed);
    PipelineRun run;
    const auto state = run.directory() / "state";
    std::filesystem::create_directory(state);
    std::vector<std::string> options{
        "--consumers",     "3",
        "--source",        std::string("exec:") + PYTHON_PROGRAM " " FEED_PROGRAM " '" + state.string() + "'",
        "--process",       "simulate:cpu=100us",
        "--max-attempts",  "200",
        "--ring-capacity", "512"};
    std::optional<Process> supervisor(run.start(options));
    REQUIRE(eventually([&] { return run.has_rows(1); }));
    std::uint64_t adopted = 0;
    for (std::uint64_t killed = 0; killed < kills;) {
        pid_t victim = 0;
        REQUIRE(eventually([&] { return (victim = choose_victim(*supervisor, random)) != 0; }));
        if (::kill(victim, SIGKILL) == 0) ++killed;
        if (victim == supervisor->pid()) {
            // Half of the time all of it is killed at once, and the next one adopts what is left.
            if (random() % 2 == 0) PipelineRun::kill_everything();
            static_cast<void>(supervisor->wait());
            supervisor.emplace(run.start(options));
            ++adopted;
            REQUIRE(eventually([&] { return supervisor->children("consumer").size() == 3; }));
        }
        ::poll(nullptr, 0, static_cast<int>(random() % 40));  // not a wait: the storm's own irregular beat
    }
    // The storm is over once the program has come further.
    const auto so_far = last_given(state);
    REQUIRE(eventually([&] { return last_given(state) > so_far; }));
    write_file(state / "stop", "");
    supervisor->send(SIGTERM);
    const int status = supervisor->wait();
    INFO(supervisor->err());
    REQUIRE(status == 0);
    options.emplace_back("--once");
    REQUIRE(run.start(options).wait() == 0);
    const auto invoices = last_given(state);
    run.require_numbers_up_to(invoices);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", invoices}});
    CHECK(run.count("SELECT count(*) FROM duplicates") == 0);
    std::set<std::string> receipts;
    for (const auto& line : lines_of(read_file(state / "receipts"))) receipts.insert(line);
    CHECK(receipts.size() == invoices);
    run.require_balance({"--deep"});
    run.require_nothing_left();
    fmt::print("storm over a source's program: seed {}, {} kills, {} adoptions, {} invoices booked\n", seed,
               kills, adopted, invoices);
}
