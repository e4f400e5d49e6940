// SPDX-License-Identifier: Apache-2.0
// Storms: processes of a running pipeline are killed and stopped at random, thousands of times. Afterwards
// four questions: is everything that was acquired recorded, is nothing recorded twice, did it never stand
// still, and does an orderly stop work and leave nothing? Who answers is outside the victims: the judging
// ledger's file, and a mapping of the segments that outlives them.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/storm.hpp"
#include "tests/programs/forking/verdict.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Small segments: they are mapped at every start, and full and empty often.
std::vector<std::string> storm_options(std::vector<std::string> more) {
    std::vector<std::string> options{"--source",           "sequence", "--ring-capacity",  "1024",
                                     "--storage-capacity", "1024",     "--flush-interval", "1ms",
                                     "--drain-timeout",    "20s",      "--max-attempts",   "255",
                                     "--log-level",        "error",    "--report",         "json"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

std::uint64_t last_number(const Storm& storm) {
    const RingView ring = storm.segments().ring();
    return std::max<std::uint64_t>(ring.area().start_position, 1) + ring.tail() - 1;
}

// An orderly stop: everything that was acquired is released, and nothing is left.
void require_drained(PipelineRun& run, Process& supervisor, const Storm& storm) {
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err() << storm.state());
    REQUIRE(status == 0);
    CHECK(storm.segments().storage().released() == storm.segments().ring().tail());
    run.require_nothing_left();
}

void require_exact(const PipelineRun& run, std::uint64_t last) {
    const std::string wrong = Verdict(run.ledger()).judge(last);
    INFO(wrong);
    REQUIRE(wrong.empty());
}

void report(const char* what, const Storm& storm, std::uint64_t last, std::uint64_t seed) {
    fmt::print(
        "{}: {} kills ({} of the producer, {} probed before the successor came), {} stops, {} invoices, "
        "longest "
        "stall {} ms, 0 lost, 0 doubled, seed {}\n",
        what, storm.kills(), storm.producer_kills(), storm.probes(), storm.stops(), last,
        storm.longest_stall().count(), seed);
}

// Kills the supervisor alone, with one of its children, or with all of them.
void kill_supervisor(const Process& supervisor, std::mt19937_64& random) {
    supervisor.send(SIGSTOP);  // so that it can neither replace nor notice
    const auto children = supervisor.children();
    const auto how = random() % 3;
    if (how == 1) ::kill(children[random() % children.size()], SIGKILL);
    for (const pid_t child : children) {
        if (how == 2) ::kill(child, SIGKILL);
    }
    supervisor.send(SIGKILL);
}

}  // namespace

TEST_CASE("a storm of kills at full speed loses nothing, doubles nothing and stops nobody") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    auto supervisor = run.start_program(FORKING_SUPERVISOR,
                                        storm_options({"--consumers", "6", "--process", "simulate:cpu=1us"}));
    Storm storm(run.name(), supervisor, seed);
    const std::uint64_t kills = scaled(30'000);
    while (storm.kills() < kills) storm.kill_one(storm.kills() % 4 == 0);
    require_drained(run, supervisor, storm);
    require_exact(run, last_number(storm));
    report("storm at full speed", storm, last_number(storm), seed);
}

TEST_CASE("a storm of kills over sleeping processes loses no wake-up for good") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    auto supervisor = run.start_program(
        FORKING_SUPERVISOR,
        storm_options({"--consumers", "3", "--process", "none", "--rate", "20000/s", "--batch-max", "4"}));
    Storm storm(run.name(), supervisor, seed);
    const std::uint64_t kills = scaled(68'000);
    while (storm.kills() < kills) storm.kill_one(storm.kills() % 2 == 0);
    require_drained(run, supervisor, storm);
    require_exact(run, last_number(storm));
    report("storm over sleepers", storm, last_number(storm), seed);
}

TEST_CASE("a storm of kills over bodies changes no byte of them") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    // The smallest byte areas for these bodies, so that they are full all the time.
    auto supervisor = run.start_program(
        BODY_SUPERVISOR, storm_options({"--consumers", "4", "--process", "none", "--body-max", "1MiB",
                                        "--body-capacity", "2056KiB", "--result-capacity", "2208KiB"}));
    Storm storm(run.name(), supervisor, seed);
    const std::uint64_t kills = scaled(4'000);
    // A dead consumer's items keep their bytes, so the others may have to wait for its successor. It is
    // started again after up to a second if it died without progress, and may then be killed again. So
    // nothing is probed.
    storm.allow_stalls(std::chrono::seconds(20));
    while (storm.kills() < kills) storm.kill_one(false);
    require_drained(run, supervisor, storm);
    require_exact(run, last_number(storm));
    std::uint64_t slot = 0;
    std::uint64_t record = 0;
    const auto ring = storm.segments().ring();
    const auto storage = storm.segments().storage();
    CHECK(ring.oldest_byte(slot) == ring.bytes_tail());
    CHECK(storage.oldest_byte(record) == storage.bytes_tail());
    report("storm over bodies", storm, last_number(storm), seed);
    fmt::print("{} MiB of bodies and ids, {} MiB of results and ids\n", ring.bytes_tail() >> 20U,
               storage.bytes_tail() >> 20U);
}

TEST_CASE("a storm over the programs that are shipped, with SQLite, records every invoice once") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    auto supervisor = run.start(storm_options({"--consumers", "4", "--process", "simulate:cpu=50us"}));
    Storm storm(run.name(), supervisor, seed);
    const std::uint64_t kills = scaled(2'000);
    while (storm.kills() < kills) storm.kill_one(storm.kills() % 4 == 0);
    require_drained(run, supervisor, storm);
    run.require_numbers_up_to(last_number(storm));
    report("storm over the real programs", storm, last_number(storm), seed);
}

TEST_CASE("a storm of stopped processes holds nobody up for long") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    auto supervisor = run.start_program(FORKING_SUPERVISOR,
                                        storm_options({"--consumers", "4", "--process", "simulate:cpu=1us"}));
    Storm storm(run.name(), supervisor, seed);
    const std::uint64_t stops = scaled(1'000);
    while (storm.stops() < stops) {
        // Most go on by themselves before anybody must do something about them.
        storm.stop_one(std::chrono::milliseconds(storm.stops() % 500 == 250 ? 4000 : 10));
        if (storm.stops() % 10 == 0) storm.kill_one(false);
    }
    require_drained(run, supervisor, storm);
    require_exact(run, last_number(storm));
    report("storm of stops", storm, last_number(storm), seed);
}

TEST_CASE("supervisors that are killed again and again, alone or with all or one of theirs, lose nothing") {
    PipelineRun run;
    const std::uint64_t seed = test_seed();
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    const auto options = storm_options({"--consumers", "3", "--process", "simulate:cpu=1us"});
    const std::uint64_t kills = scaled(300);
    std::uint64_t adopted = 0;
    for (std::uint64_t killed = 0; killed < kills; ++killed) {
        auto supervisor = run.start_program(FORKING_SUPERVISOR, options);
        // It starts children only when the segments are its own.
        const bool starts = eventually([&] { return supervisor.children().size() >= 2; });
        INFO(supervisor.err());
        REQUIRE(starts);
        const Storm storm(run.name(), supervisor, seed);
        if (storm.segments().in_flight() != 0) ++adopted;
        const std::uint64_t before = storm.segments().storage().durable();
        const std::uint64_t enough = random() % 2000;
        const bool works = eventually([&] { return storm.segments().storage().durable() > before + enough; });
        INFO(storm.state());
        REQUIRE(works);
        kill_supervisor(supervisor, random);
        supervisor.wait();
    }
    auto supervisor = run.start_program(FORKING_SUPERVISOR, options);
    REQUIRE(eventually([&] { return supervisor.children().size() >= 2; }));
    const Storm storm(run.name(), supervisor, seed);
    require_drained(run, supervisor, storm);
    require_exact(run, last_number(storm));
    fmt::print(
        "supervisors: {} killed, {} adoptions of what was in flight, {} invoices, 0 lost, 0 doubled, seed "
        "{}\n",
        kills, adopted, last_number(storm), seed);
}
