// SPDX-License-Identifier: Apache-2.0
// Pipelines on one table, and deaths: of their processes, of whole hosts with or without shared memory, and
// of the server. Each row is recorded once.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/hosts/work_fixture.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;
using Options = std::vector<std::string>;

// A host of the storm: its run, and its supervisor while that lives.
struct Host {
    PipelineRun run;
    std::optional<Process> supervisor;

    void start(const Options& options) {
        supervisor.reset();
        supervisor.emplace(run.start(options));
    }
    // Kills this host's processes, and no other one's.
    void kill() {
        supervisor->send(SIGSTOP);
        const auto children = supervisor->children();
        for (const pid_t child : children) ::kill(child, SIGKILL);
        supervisor->send(SIGKILL);
        static_cast<void>(supervisor->wait());
        for (const pid_t child : children) {
            static_cast<void>(
                eventually([&] { return ::kill(child, 0) != 0 || ::waitpid(child, nullptr, WNOHANG) > 0; }));
        }
        supervisor.reset();
    }
    void lose_memory() const {
        for (const std::string& name : run.segments()) fs::remove("/dev/shm/" + name);
    }
};

}  // namespace

TEST_CASE("a storm of kills over two hosts and the server records every row once", "[table_deaths]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const auto kills = std::max<std::uint64_t>(scaled(30), 10);
    const auto seed = test_seed();
    std::mt19937_64 random(seed);
    INFO("seed " << seed);
    constexpr std::int64_t kAll = 20'000;
    const WorkFixture work(*server, "storm");
    work.insert_numbers(1, kAll / 2);
    std::array<Host, 2> hosts;
    const Options options = work.options({"--consumers", "2", "--process", "simulate:200us",
                                          "--flush-interval", "20ms", "--max-attempts", "255"});
    for (Host& host : hosts) host.start(options);
    for (std::uint64_t done = 0; done < kills; ++done) {
        const auto before = work.recorded();
        // Something must have happened, or a kill meets nothing but starts.
        static_cast<void>(eventually([&] { return work.recorded() >= std::min(before + 50, kAll / 2); },
                                     std::chrono::seconds(3)));
        if (done == kills / 2) work.insert_numbers(kAll / 2 + 1, kAll);
        Host& host = hosts[random() % hosts.size()];
        switch (random() % 6) {
            case 0:
                server->crash();
                server->start();
                break;
            case 1:
                host.kill();
                // What it had is free at the end of its leases: they end now.
                if (random() % 2 == 0) host.lose_memory();
                work.end_leases();
                host.start(options);
                break;
            case 2:
                host.supervisor->send(SIGKILL);
                static_cast<void>(host.supervisor->wait());
                host.start(options);
                break;
            case 3: {
                const auto consumers = host.supervisor->children("consumer");
                if (!consumers.empty()) ::kill(consumers[random() % consumers.size()], SIGKILL);
                break;
            }
            default:
                for (const pid_t producer : host.supervisor->children("producer")) ::kill(producer, SIGKILL);
        }
        for (Host& each : hosts) {
            if (each.supervisor->is_running()) continue;
            INFO(each.supervisor->err());
            // It waited for its predecessor's children, or found no server.
            const int status = each.supervisor->wait();
            REQUIRE((status == 75 || status == 73));
            each.start(options);
        }
    }
    for (Host& host : hosts) {
        static_cast<void>(host.supervisor->child("producer"));  // before that, a signal would just end it
        host.supervisor->send(SIGTERM);
        const int drained = host.supervisor->wait();
        INFO(host.supervisor->err());
        CHECK(drained == 0);
    }
    work.end_leases();
    Options last = options;
    last.emplace_back("--once");
    auto rest = hosts.front().run.start(last);
    const int status = rest.wait();
    INFO(rest.err());
    CHECK(status == 0);
    work.require_numbers_up_to(kAll);
    CHECK(work.number("(SELECT count(*) FROM history)") == 0);
    CHECK(work.number("(SELECT count(*) FROM duplicates)") == 0);
    work.require_done(hosts.front().run);
    for (const Host& host : hosts) host.run.require_nothing_left();
}

TEST_CASE("the rows of a host that is gone are taken by another one", "[table_deaths]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "gone");
    work.insert_numbers(1, 100);
    Host gone, other;
    const std::string program = gone.run.directory() / "work.sh";
    write_file(program, "#!/bin/sh\nexec sleep 1000\n");
    ::chmod(program.c_str(), 0755);
    gone.start(work.options({"--consumers", "3", "--", program, "{}"}));
    REQUIRE(eventually([&] { return gone.run.in_flight() >= 3; }));
    other.start(work.options({"--consumers", "2", "--process", "none"}));
    const auto taken = [&] { return work.number("(SELECT count(taken_until) FROM work)"); };
    // All the others are done by the one that works.
    REQUIRE(eventually([&] { return work.left() == taken() && work.booked() >= 90; }));
    CHECK(work.booked() + work.left() == 100);
    CHECK(taken() >= 3);
    gone.kill();
    gone.lose_memory();
    work.end_leases();
    CHECK(eventually([&] { return work.booked() == 100; }));
    other.supervisor->send(SIGTERM);
    CHECK(other.supervisor->wait() == 0);
    work.require_numbers_up_to(100);
    work.require_done(other.run);
    other.run.require_nothing_left();
}

TEST_CASE("a host whose leases end while it stands still, and another one: each row is recorded once",
          "[table_deaths]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "still");
    work.insert_numbers(1, 40);
    Host slow, other;
    const std::string gate = slow.run.directory() / "gate";
    REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
    const std::string program = slow.run.directory() / "work.sh";
    write_file(program, "#!/bin/sh\n: < '" + gate + "'\n");
    ::chmod(program.c_str(), 0755);
    slow.start(work.options({"--consumers", "2", "--", program, "{}"}));
    REQUIRE(eventually([&] { return slow.run.in_flight() >= 2; }));
    const auto had = static_cast<std::int64_t>(slow.run.in_flight());
    const pid_t producer = slow.supervisor->child("producer");
    ::kill(producer, SIGSTOP);
    work.end_leases();
    other.start(work.options({"--consumers", "2", "--process", "none"}));
    REQUIRE(eventually([&] { return work.booked() == 40; }));
    ::kill(producer, SIGCONT);
    const pipeline::UniqueFd opened(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(opened);
    CHECK(eventually([&] { return slow.run.in_flight() == 0; }));
    for (Host* host : {&slow, &other}) {
        host->supervisor->send(SIGTERM);
        const int status = host->supervisor->wait();
        INFO(host->supervisor->err());
        CHECK(status == 0);
    }
    work.require_numbers_up_to(40);
    CHECK(work.number("(SELECT sum(recorded) FROM generations)") >= 40 + had);
    CHECK(work.number("(SELECT count(*) FROM history)") == 0);
    CHECK(work.number("(SELECT count(*) FROM duplicates)") == 0);
    work.require_done(other.run);
    slow.run.require_nothing_left();
    other.run.require_nothing_left();
}

TEST_CASE("a pipeline waits for a server that is away, and drains without it", "[table_deaths]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "away");
    work.insert_numbers(1, 10);
    Host host;
    host.start(work.options({"--consumers", "2", "--process", "none"}));
    REQUIRE(eventually([&] { return work.booked() == 10; }));
    server->stop();
    const auto says = [&](const char* text) {
        return host.supervisor->err().find(text) != std::string::npos;
    };
    CHECK(eventually([&] { return says("it is tried again"); }));
    server->start();
    work.insert_numbers(11, 20);
    CHECK(eventually([&] { return work.booked() == 20; }));
    CHECK(eventually([&] { return says("rows can be taken again"); }));
    server->stop();
    host.supervisor->send(SIGTERM);
    const int status = host.supervisor->wait();
    server->start();
    INFO(host.supervisor->err());
    CHECK(status == 0);
    work.require_numbers_up_to(20);
    work.require_done(host.run);
    host.run.require_nothing_left();
}
