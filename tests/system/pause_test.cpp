// SPDX-License-Identifier: Apache-2.0
// Pauses of the source, and signals around a drain.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/system/steered.hpp"

using namespace pipeline;
using namespace pipeline::test;

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
