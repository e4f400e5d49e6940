// SPDX-License-Identifier: Apache-2.0
// Signals that steer a running pipeline: more and fewer consumers, fresh ones, a pause. Whatever they do, and
// whoever is killed meanwhile, each number is recorded once.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/core/segments/segments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A pipeline that runs, and what can be seen of it in shared memory.
class Steered {
  public:
    explicit Steered(const std::vector<std::string>& options, int input_fd = -1)
        : supervisor(run.start(options, input_fd)) {
        REQUIRE(eventually([&] {
            segments_ = SegmentsView::open(run.name());
            return segments_.has_value() && supervisor_metrics().process != 0;
        }));
    }
    [[nodiscard]] const SupervisorMetrics& supervisor_metrics() const {
        return segments_->metrics().supervisor;
    }
    [[nodiscard]] std::uint32_t wanted() const { return supervisor_metrics().consumers; }
    [[nodiscard]] RingView ring() const { return segments_->ring(); }
    [[nodiscard]] const MetricsArea& metrics() const { return segments_->metrics(); }
    [[nodiscard]] std::uint64_t in_flight() const { return segments_->in_flight(); }
    // The process ids of the consumers that are at work, of one moment.
    [[nodiscard]] std::vector<std::uint32_t> at_work() const {
        const auto look = [&] {
            std::vector<std::uint32_t> pids;
            for (const HandArea& hand : ring().area().hands) {
                if (const auto pid = ProcessId::unpack(hand.process).pid; pid != 0) pids.push_back(pid);
            }
            return pids;
        };
        auto seen = look();
        for (auto again = look(); again != seen; again = look()) seen = std::move(again);
        return seen;
    }
    [[nodiscard]] bool says(const std::string& text) const {
        return supervisor.err().find(text) != std::string::npos;
    }
    // Sends a signal and waits until its line is in the log.
    void signal(int number, const std::string& line) {
        supervisor.send(number);
        INFO(line);
        if (!eventually([&] { return says(line); })) FAIL(supervisor.err());
    }
    // Drains; every number that was acquired is in the ledger, once.
    void drain() {
        supervisor.send(SIGTERM);
        finish();
        run.require_numbers_up_to(run.count("SELECT cursor FROM sources") - 1);
    }
    void finish() {
        const int status = supervisor.wait();
        INFO(supervisor.err());
        REQUIRE(status == 0);
        run.require_nothing_left();
    }

    PipelineRun run;
    Process supervisor;

  private:
    std::optional<SegmentsView> segments_;
};

// A standard input of numbered lines.
class PipeOfLines {
  public:
    [[nodiscard]] int reader() const { return pipe_.out.get(); }
    [[nodiscard]] std::uint64_t given() const { return given_; }
    void give(std::uint64_t count) {
        std::string lines;
        for (std::uint64_t i = 0; i < count; ++i) lines += fmt::format("{}\n", ++given_);
        REQUIRE(::write(pipe_.in.get(), lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    }
    void end() { pipe_.in.reset(); }

  private:
    Pipe pipe_;
    std::uint64_t given_ = 0;
};

}  // namespace

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
    // The one that stays is busy for longer than the test may last.
    PipelineRun run;
    write_file(run.directory() / "ids", "slow\na\nb\nc\n");
    auto supervisor =
        run.start({"--consumers", "2", "--source", "lines:" + (run.directory() / "ids").string(), "--process",
                   "each:sh -c 'test {} != slow || exec sleep 600'", "--batch-max", "1", "--flush-interval",
                   "1h", "--drain-timeout", "100ms"});
    REQUIRE(eventually([&] { return run.waiting() == 3; }));
    CHECK(run.rows() == 0);
    // Whichever place is busy with the slow one: the other one leaves when both are told to.
    const auto segments = SegmentsView::open(run.name());
    REQUIRE(segments);
    if (segments->ring().hand(1).empty()) {
        supervisor.send(SIGTTOU);
    } else {
        supervisor.send(SIGHUP);
    }
    CHECK(eventually([&] { return run.rows() == 3; }));
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

TEST_CASE("a paused source gives nothing, also to a new producer, and what is in the ring is processed") {
    Steered pipeline(
        {"--consumers", "2", "--source", "sequence", "--process", "simulate:1ms", "--ring-capacity", "100"});
    REQUIRE(eventually([&] { return pipeline.run.has_rows(50); }));
    pipeline.signal(SIGUSR1, "SIGUSR1: the source is paused");
    CHECK(pipeline.supervisor_metrics().paused == 1);
    // The producer has seen it when it waits.
    const auto producer_waits = [&] {
        return TimeSpent::of(pipeline.metrics().producer.activity, true, monotonic_ns()).now ==
               Activity::WaitingForInput;
    };
    REQUIRE(eventually([&] { return producer_waits() && pipeline.in_flight() == 0; }));
    const std::uint64_t acquired = pipeline.ring().tail();
    const auto producer = pipeline.supervisor.children("producer");
    REQUIRE(producer.size() == 1);
    ::kill(producer.front(), SIGKILL);
    // The new one has looked around when it waits.
    REQUIRE(eventually([&] {
        const auto now = ProcessId::unpack(pipeline.ring().area().producer_process).pid;
        return now != static_cast<std::uint32_t>(producer.front()) &&
               pipeline.supervisor.children("producer").size() == 1 && producer_waits();
    }));
    CHECK(pipeline.ring().tail() == acquired);
    CHECK(pipeline.supervisor.is_running());
    pipeline.signal(SIGUSR1, "SIGUSR1: the source is already paused");
    pipeline.signal(SIGUSR2, "SIGUSR2: the source is taken from");
    REQUIRE(eventually([&] { return pipeline.run.has_rows(acquired + 1); }));
    pipeline.drain();
}

TEST_CASE("a paused pipeline drains") {
    Steered pipeline(
        {"--consumers", "2", "--source", "sequence", "--process", "simulate:1ms", "--ring-capacity", "200"});
    REQUIRE(eventually([&] { return pipeline.run.has_rows(50); }));
    pipeline.signal(SIGUSR1, "SIGUSR1: the source is paused");
    SECTION("by a signal") {
        pipeline.drain();
    }
    SECTION("when its supervisor is killed") {
        pipeline.supervisor.send(SIGKILL);
        CHECK(pipeline.supervisor.wait() == 1000 + SIGKILL);
        pipeline.run.require_nothing_left();
        pipeline.run.require_numbers_up_to(pipeline.run.count("SELECT cursor FROM sources") - 1);
    }
}

TEST_CASE("the next start finishes what was paused or told to leave, with fewer consumers") {
    std::optional<Steered> first;
    first.emplace(std::vector<std::string>{"--consumers", "4", "--source", "sequence:300", "--process",
                                           "simulate:5ms"});
    REQUIRE(eventually([&] { return first->run.has_rows(20); }));
    first->signal(SIGUSR1, "SIGUSR1: the source is paused");
    first->signal(SIGTTOU, "consumers 4 -> 3");
    PipelineRun::kill(first->supervisor);
    auto next = first->run.start({"--consumers", "1", "--source", "sequence:300", "--process", "none",
                                  "--once", "--log-level", "debug"});
    REQUIRE(next.wait() == 0);
    INFO(next.err());
    first->run.require_numbers_up_to(300);
    first->run.require_nothing_left();
}

TEST_CASE("signals that steer change nothing in a drain") {
    Steered pipeline({"--consumers", "2", "--source", "sequence:100", "--process", "simulate:20ms"});
    REQUIRE(eventually([&] { return pipeline.ring().tail() == 100; }));
    pipeline.signal(SIGTERM, "SIGTERM: draining");
    pipeline.signal(SIGTTIN, "SIGTTIN: draining");
    pipeline.signal(SIGHUP, "SIGHUP: draining");
    pipeline.signal(SIGUSR1, "SIGUSR1: draining");
    pipeline.finish();
    pipeline.run.require_numbers_up_to(100);
}

TEST_CASE("a terminal that goes drains the pipeline, unless it was started with nohup") {
    const bool nohup = GENERATE(false, true);
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(master >= 0);
    REQUIRE(::grantpt(master) == 0);
    REQUIRE(::unlockpt(master) == 0);
    const std::string terminal = ::ptsname(master);
    PipelineRun run;
    auto supervisor = run.start_in(
        [&] {
            ::setsid();
            const int fd = ::open(terminal.c_str(), O_RDWR);
            ::ioctl(fd, TIOCSCTTY, 0);
            if (nohup) ::signal(SIGHUP, SIG_IGN);
        },
        {"--consumers", "1", "--source", "sequence:10", "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    ::close(master);
    if (nohup) {
        supervisor.send(SIGTTIN);
        REQUIRE(eventually([&] { return supervisor.err().find("consumers 1 -> 2") != std::string::npos; }));
        CHECK(supervisor.err().find("SIGHUP") == std::string::npos);
        supervisor.send(SIGTERM);
    }
    REQUIRE(supervisor.wait() == 0);
    CHECK((supervisor.err().find("SIGHUP, the terminal is gone: draining") != std::string::npos) == !nohup);
    run.require_numbers_up_to(10);
    run.require_nothing_left();
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
