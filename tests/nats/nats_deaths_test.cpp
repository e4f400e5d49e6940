// SPDX-License-Identifier: Apache-2.0
// Deaths around the source nats://: of every process of the pipeline, of all of them, and of the server; a
// stream and a consumer that go away or are made anew. Every message is recorded exactly once.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/nats/nats_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

// Kills the whole pipeline at once, and not the server, which is a child of the test too.
void kill_pipeline(Process& supervisor) {
    supervisor.send(SIGSTOP);
    const auto children = supervisor.children();
    for (const pid_t child : children) ::kill(child, SIGKILL);
    supervisor.send(SIGKILL);
    static_cast<void>(supervisor.wait());
    for (const pid_t child : children)
        eventually([&] { return ::kill(child, 0) != 0 || ::waitpid(child, nullptr, WNOHANG) > 0; });
}

std::string health_of(const PipelineRun& run) {
    Process observer({OBSERVER_PROGRAM, "--name", run.name(), "--once", "--json"}, run.directory(), "health");
    static_cast<void>(observer.wait());
    return observer.out();
}

}  // namespace

TEST_CASE("a storm of kills over processes, pipeline and server records every message once",
          "[nats_deaths]") {
    const auto kills = std::max<std::uint64_t>(scaled(40), 12);
    const auto seed = test_seed();
    std::mt19937_64 random(seed);
    INFO("seed " << seed);
    constexpr std::uint64_t kAll = 20'000;
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c", 2);
    server.publish_numbers("S", 1, kAll);
    PipelineRun run;
    std::vector<std::string> options{"--consumers",           "3",         "--source",
                                     server.source("S", "c"), "--process", "simulate:200us",
                                     "--flush-interval",      "20ms"};
    std::optional<Process> supervisor;
    supervisor.emplace(run.start(options));
    std::uint64_t done = 0;
    for (; done < kills; ++done) {
        const auto before = run.segments().size() == 2 && fs::exists(run.ledger()) ? run.rows() : 0;
        // Something must have happened, or a kill meets nothing but starts.
        static_cast<void>(
            eventually([&] { return run.has_rows(std::min(before + 50, kAll)); }, std::chrono::seconds(3)));
        switch (random() % 6) {
            case 0:
                server.kill();
                server.start();
                break;
            case 1:
                kill_pipeline(*supervisor);
                if (random() % 2 == 0) {
                    for (const auto& segment : run.segments()) fs::remove("/dev/shm/" + segment);
                }
                supervisor.reset();
                supervisor.emplace(run.start(options));
                break;
            case 2:
                supervisor->send(SIGKILL);
                static_cast<void>(supervisor->wait());
                supervisor.reset();
                supervisor.emplace(run.start(options));
                break;
            case 3: {
                const auto consumers = supervisor->children("consumer");
                if (!consumers.empty()) ::kill(consumers[random() % consumers.size()], SIGKILL);
                break;
            }
            default:
                for (const pid_t producer : supervisor->children("producer")) ::kill(producer, SIGKILL);
        }
        if (!supervisor->is_running()) {
            INFO(supervisor->err());
            REQUIRE(supervisor->wait() == 75);  // it waited for its predecessor's children
            supervisor.reset();
            supervisor.emplace(run.start(options));
        }
    }
    static_cast<void>(
        supervisor->child("producer"));  // before that, a signal would end it as it ends any program
    supervisor->send(SIGTERM);
    const int drained = supervisor->wait();
    INFO(supervisor->err());
    CHECK(drained == 0);
    options.emplace_back("--once");
    auto rest = run.start(options);
    const int status = rest.wait();
    INFO(rest.err());
    CHECK(status == 0);
    run.require_numbers_up_to(kAll);
    CHECK(run.count("SELECT count(*) FROM history") == 0);
    CHECK(server.is_done("S", "c"));
    run.require_balance({"--deep"});
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a request that is lost with its server is asked again", "[nats_deaths]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c", 2);  // a killed server forgets acknowledgements
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", server.source("S", "c"), "--process", "none"});
    server.publish_numbers("S", 1, 10);
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    for (std::uint64_t round = 1; round <= 3; ++round) {
        server.kill();
        if (round == 1)
            CHECK(eventually([&] { return health_of(run).find("unreadable") != std::string::npos; }));
        server.start();
        server.publish_numbers("S", 10 * round + 1, 10 * round + 10);
        REQUIRE(eventually([&] { return run.has_rows(10 * round + 10); }));
    }
    CHECK(eventually([&] { return health_of(run).find("unreadable") == std::string::npos; }));
    CHECK(eventually([&] { return server.is_done("S", "c"); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    CHECK(supervisor.err().find("no connection to NATS") != std::string::npos);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a server that answers nothing does not keep a pipeline from its drain", "[nats_deaths]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish_numbers("S", 1, 500);
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", server.source("S", "c"), "--process", "simulate:5ms"});
    REQUIRE(eventually([&] { return run.has_rows(20); }));
    ::kill(server.pid(), SIGSTOP);
    const auto began = std::chrono::steady_clock::now();
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    const auto took = std::chrono::steady_clock::now() - began;
    ::kill(server.pid(), SIGCONT);
    INFO(supervisor.err());
    CHECK(status == 0);
    CHECK(took < std::chrono::seconds(30));  // --drain-timeout is 60 s
    auto rest = run.start({"--consumers", "2", "--source", server.source("S", "c"), "--process", "none"});
    CHECK(eventually([&] { return run.has_rows(500); }));
    rest.send(SIGTERM);
    CHECK(rest.wait() == 0);
    run.require_numbers_up_to(500);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a pipeline that starts before its server waits for it", "[nats_deaths]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish_numbers("S", 1, 10);
    server.kill();
    PipelineRun run;
    // The first two hosts have no server.
    auto supervisor = run.start(
        {"--consumers", "1", "--source",
         fmt::format("nats://127.0.0.1:1,127.0.0.1:2,127.0.0.1:{}/S/c", server.port()), "--process", "none"});
    CHECK(eventually([&] { return health_of(run).find("unreadable") != std::string::npos; }));
    server.start();
    CHECK(eventually([&] { return run.has_rows(10); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a consumer that is deleted while the pipeline runs is reported, and used when it is back",
          "[nats_deaths]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish_numbers("S", 1, 10);
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "1", "--source", server.source("S", "c"), "--process", "none"});
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    server.delete_consumer("S", "c");
    CHECK(eventually([&] { return health_of(run).find("consumer not found") != std::string::npos; }));
    server.publish_numbers("S", 11, 20);
    server.make_good_consumer("S", "c");
    CHECK(eventually([&] { return run.has_rows(20); }));
    CHECK(eventually([&] { return server.is_done("S", "c"); }));
    CHECK(eventually([&] { return health_of(run).find("consumer not found") == std::string::npos; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    run.require_numbers_up_to(20);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE(
    "a stream that is made anew under its name is another one: none of its messages is taken for an old one",
    "[nats_deaths]") {
    NatsServer server;
    const auto make = [&](const char* data) {
        server.make_stream("S");
        server.make_good_consumer("S", "c", 1);
        for (int i = 1; i <= 20; ++i) server.publish("S", data);
        server.flush();
    };
    make("old");
    PipelineRun run;
    // Two are in work while the stream is exchanged, and end when the test says so.
    const std::string gate = run.directory() / "gate";
    const std::string work = run.directory() / "work.sh";
    // To open a pipe for reading waits until somebody opens it for writing.
    REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
    fs::create_hard_link(gate, gate + ".pipe");
    write_file(work, "#!/bin/sh\n: <'" + gate + "'\n");
    fs::permissions(work, fs::perms::owner_all);
    const std::vector<std::string> options{"--consumers",           "2",  "--source",
                                           server.source("S", "c"), "--", work};
    std::optional<Process> supervisor;
    supervisor.emplace(run.start(options));
    REQUIRE(eventually([&] { return run.in_flight() >= 2; }));
    const auto of_old = run.in_flight();
    const bool is_killed = GENERATE(false, true);
    if (is_killed) {
        kill_pipeline(*supervisor);
        supervisor.reset();
    }
    server.delete_stream("S");
    make("new");
    if (is_killed) supervisor.emplace(run.start(options));
    CHECK(
        eventually([&] { return supervisor->err().find("the stream was made anew") != std::string::npos; }));
    write_file(gate + ".open", "");
    fs::rename(gate + ".open", gate);  // for those that come later
    const pipeline::UniqueFd opened(::open((gate + ".pipe").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(opened);
    // Those of the old stream that were in the pipeline, and all of the new one.
    CHECK(eventually([&] { return run.has_rows(20 + of_old) && server.is_done("S", "c"); }));
    supervisor->send(SIGTERM);
    CHECK(supervisor->wait() == 0);
    CHECK(run.rows() >= 20 + of_old);
    CHECK(run.count("SELECT count(DISTINCT id) FROM invoices WHERE status = 'booked'") == run.rows());
    server.stop();
    run.require_nothing_left();
}
