// SPDX-License-Identifier: Apache-2.0
// Signals that steer a running pipeline: more and fewer consumers, fresh ones, a pause. Whatever they do, and
// whoever is killed meanwhile, each number is recorded once.
#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <random>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"
#include "tests/system/steered.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("SIGTTIN and SIGTTOU start one consumer more or have one leave, never the last one") {
    Steered pipeline({"--consumers", "2", "--source", "sequence", "--process", "simulate:100us"});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 2; }));
    pipeline.signal(SIGTTIN, "SIGTTIN: consumers 2 -> 3");
    CHECK(pipeline.wanted() == 3);
    CHECK(eventually([&] { return pipeline.at_work().size() == 3; }));
    pipeline.signal(SIGTTOU, "SIGTTOU: consumers 3 -> 2");
    pipeline.signal(SIGTTOU, "SIGTTOU: consumers 2 -> 1");
    pipeline.signal(SIGTTOU, "SIGTTOU: consumers stay at 1, of 1..256");
    CHECK(eventually([&] { return pipeline.at_work().size() == 1; }));
    CHECK(eventually([&] { return pipeline.supervisor.children("consumer").size() == 1; }));
    CHECK_FALSE(pipeline.says("died"));
    CHECK(pipeline.metrics().places[2].deaths.count == 0);
    pipeline.drain();
}

TEST_CASE("consumers that wait for items leave too, and so does one that waits behind them") {
    Steered pipeline({"--consumers", "6", "--source", "sequence:20", "--process", "none"});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 6 && pipeline.run.has_rows(20); }));
    for (int i = 5; i >= 1; --i) pipeline.signal(SIGTTOU, fmt::format("consumers {} -> {}", i + 1, i));
    CHECK(eventually([&] { return pipeline.at_work().size() == 1; }));
    pipeline.signal(SIGTTIN, "consumers 1 -> 2");
    CHECK(eventually([&] { return pipeline.at_work().size() == 2; }));
    pipeline.drain();
}

TEST_CASE("what a leaving consumer has saved waits for no other consumer") {
    // The one that stays is busy for longer than the test may last, and does not move.
    PipelineRun run;
    const auto ids = run.directory() / "ids";
    write_file(ids, "slow\n");
    auto supervisor =
        run.start({"--consumers", "2", "--source", "lines:" + ids.string(), "--process",
                   "each:sh -c 'test $1 != slow || exec sleep 600' sh {}", "--drain-timeout", "100ms"});
    const auto busy = [&]() -> std::optional<std::size_t> {
        const auto segments = SegmentsView::open(run.name());
        for (std::size_t place = 0; segments && place < 2; ++place) {
            if (segments->ring().hand(place).at_work()) return place;
        }
        return std::nullopt;
    };
    REQUIRE(eventually([&] { return busy().has_value(); }));
    const std::size_t place = *busy();
    const auto segments = SegmentsView::open(run.name());
    const auto process = ProcessId::unpack(segments->ring().area().hands[place].process.load());
    const auto stopped = static_cast<pid_t>(process.pid);
    ::kill(stopped, SIGSTOP);
    {
        const LedgerLock locked(run.ledger());
        std::ofstream(ids, std::ios::app) << "a\nb\nc\n";
        REQUIRE(eventually([&] { return run.waiting() == 3; }));
        CHECK(run.rows() == 0);
        // Whichever place is busy: the other one leaves.
        supervisor.send(place == 0 ? SIGTTOU : SIGHUP);
    }
    CHECK(eventually([&] { return run.rows() == 3; }));
    ::kill(stopped, SIGCONT);
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 75);
}

TEST_CASE("SIGHUP replaces all consumers, one at a time") {
    Steered pipeline({"--consumers", "4", "--source", "sequence", "--process", "simulate:200us"});
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 4; }));
    const auto before = pipeline.at_work();
    pipeline.supervisor.send(SIGHUP);
    std::size_t fewest = before.size();
    REQUIRE(eventually([&] {
        const auto now = pipeline.at_work();
        fewest = std::min(fewest, now.size());
        const auto is_new = [&](std::uint32_t pid) {
            return std::find(before.begin(), before.end(), pid) == before.end();
        };
        return now.size() == before.size() && std::all_of(now.begin(), now.end(), is_new);
    }));
    // One that has left may have its place taken before anybody looks.
    CHECK(fewest >= 3);
    CHECK(pipeline.says("SIGHUP: replacing 4 consumers, one after the other"));
    CHECK_FALSE(pipeline.says("died"));
    pipeline.drain();
}

TEST_CASE("a replacement of the only consumer ends also when the source ends meanwhile") {
    // The source ends when the test says so, however fast its lines are processed.
    PipeOfLines lines;
    Steered pipeline({"--consumers", "1", "--source", "lines:-", "--process", "simulate:100us", "--once"},
                     lines.reader());
    for (int i = 0; i < 20; ++i) {
        const auto at_work = pipeline.at_work();
        lines.give(150);
        pipeline.supervisor.send(SIGHUP);
        REQUIRE(eventually([&] { return pipeline.at_work() != at_work; }));
    }
    lines.give(150);
    pipeline.supervisor.send(SIGHUP);
    lines.end();
    pipeline.finish();
    CHECK(pipeline.run.rows() == lines.given());
}

TEST_CASE("within a range there are as many consumers as the work takes, and few when there is none") {
    PipeOfLines lines;
    Steered pipeline(
        {"--consumers", "1..8", "--source", "lines:-", "--process", "simulate:2ms", "--ring-capacity", "500"},
        lines.reader());
    CHECK(pipeline.supervisor_metrics().least == 1);
    CHECK(pipeline.supervisor_metrics().most == 8);
    // The source gives as fast as they can take, until there are eight.
    REQUIRE(eventually([&] {
        if (lines.given() < pipeline.ring().tail() + 1000) lines.give(500);
        return pipeline.wanted() == 8;
    }));
    CHECK(pipeline.says("scaling: consumers 1 -> 2: "));
    CHECK(pipeline.says("each takes a consumer "));
    pipeline.signal(SIGTTIN, "SIGTTIN: consumers stay at 8, of 1..8");
    REQUIRE(eventually([&] { return pipeline.run.has_rows(lines.given()); }));
    REQUIRE(eventually([&] { return pipeline.at_work().size() == 1; }));
    CHECK(pipeline.wanted() == 1);
    CHECK(pipeline.says("-> 1: no more than "));
    CHECK_FALSE(pipeline.says("died"));
    pipeline.supervisor.send(SIGTERM);
    pipeline.finish();
    CHECK(pipeline.run.rows() == lines.given());
}

TEST_CASE("a thousand steps up and down at full load lose nothing and repeat nothing") {
    const std::uint64_t seed = test_seed();
    fmt::print("TEST_SEED={}\n", seed);
    INFO("TEST_SEED=" << seed);
    std::mt19937_64 random(seed);
    constexpr std::uint32_t kMost = 8;
    Steered pipeline({"--consumers", "4", "--source", "sequence", "--process", "simulate:20us",
                      "--ring-capacity", "2048"});
    std::uint32_t expected = 4;
    std::uint64_t kills = 0;
    const std::uint64_t steps = scaled(1000);
    for (std::uint64_t step = 0; step < steps; ++step) {
        const bool more = expected == 1 || (expected < kMost && random() % 2 == 0);
        expected += more ? 1 : -1U;
        pipeline.supervisor.send(more ? SIGTTIN : SIGTTOU);
        REQUIRE(eventually([&] { return pipeline.wanted() == expected; }));
        if (random() % 32 == 0) {
            const auto children = pipeline.supervisor.children();
            if (!children.empty() && ::kill(children[random() % children.size()], SIGKILL) == 0) ++kills;
        }
        // Now and then until it has come to what is wanted: else nobody would ever get to work.
        if (random() % 4 == 0) {
            REQUIRE(eventually([&] { return pipeline.supervisor.children("consumer").size() == expected; }));
        }
    }
    const std::uint64_t acquired = pipeline.ring().tail();
    pipeline.drain();
    const std::uint64_t recorded = pipeline.run.rows();
    CHECK(recorded >= acquired);
    CHECK(kills > 0);
    fmt::print("{} steps, {} kills, {} numbers recorded once each\n", steps, kills, recorded);
}
