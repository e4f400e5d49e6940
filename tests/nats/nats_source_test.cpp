// SPDX-License-Identifier: Apache-2.0
// --source nats:// against a real server: every message is recorded once, acknowledged once it is durable,
// and held no longer than it takes.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/nats/nats_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"
#include "tests/support/text.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

std::string script(const PipelineRun& run, const std::string& name, const std::string& body) {
    const std::string path = run.directory() / name;
    write_file(path, "#!/bin/sh\ncd " + run.directory().string() + "\n" + body);
    ::chmod(path.c_str(), 0755);
    return path;
}

std::vector<std::string> lines_in(const PipelineRun& run, const std::string& name) {
    const auto path = run.directory() / name;
    return fs::exists(path) ? lines_of(read_file(path)) : std::vector<std::string>();
}

}  // namespace

TEST_CASE("20,000 messages are booked once each, and all are acknowledged", "[nats_source]") {
    NatsServer server;
    server.make_stream("ORDERS", R"(,"retention":"workqueue")");
    server.make_good_consumer("ORDERS", "book");
    server.publish_numbers("ORDERS", 1, 20'000);
    PipelineRun run;
    auto supervisor = run.start(
        {"--consumers", "3", "--source", server.source("ORDERS", "book"), "--process", "none", "--once"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    run.require_numbers_up_to(20'000);
    CHECK(run.column("SELECT DISTINCT source FROM invoices") == std::vector<std::string>{"nats:ORDERS/book"});
    CHECK(server.is_done("ORDERS", "book"));
    CHECK(server.messages("ORDERS") == 0);
    CHECK(supervisor.err().find("has one replica") != std::string::npos);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("messages without an id get one each, and one without data has an empty body", "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    for (const auto* data : {"first", "", "third"}) server.publish("S", data);
    server.publish("S", "fourth", "given");
    server.flush();
    PipelineRun run;
    const std::string work = script(run, "work.sh", "echo \"$1=$(cat)\" >> done\n");
    auto supervisor = run.start({"--consumers", "1", "--source", server.source("S", "c"), "--stdin", "body",
                                 "--once", "--", work, "{}"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    REQUIRE(status == 0);
    auto done = lines_in(run, "done");
    REQUIRE(done.size() == 4);
    for (auto& line : done) {
        const auto at = line.find('@');
        if (at != std::string::npos) line.erase(at, line.find('=') - at);
    }
    std::sort(done.begin(), done.end());
    CHECK(done == std::vector<std::string>{"S/1=first", "S/2=", "S/3=third", "given=fourth"});
    CHECK(run.count("SELECT count(*) FROM invoices WHERE id GLOB 'S/[123]@20*Z'") == 3);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a body that is too long is recorded as failed, and the message is acknowledged", "[nats_source]") {
    NatsServer server("max_payload: 16MB\n");
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish("S", std::string(2000, 'x'), "long");
    server.publish("S", std::string(1000, 'y'), "short");
    server.publish("S", std::string(12'000'000, 'z'), "larger than a request");
    server.publish("S", "<x/>", "after it");
    server.flush();
    PipelineRun run;
    auto supervisor = run.start({"--consumers", "1", "--source", server.source("S", "c"), "--process", "none",
                                 "--body-max", "1KiB", "--once"});
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 1);
    CHECK(run.column("SELECT id || ' ' || status FROM invoices ORDER BY position") ==
          std::vector<std::string>{"long failed", "short booked", "larger than a request failed",
                                   "after it booked"});
    CHECK(run.column("SELECT reason FROM invoices WHERE id = 'long'").front().find("--body-max") !=
          std::string::npos);
    CHECK(server.is_done("S", "c"));
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("what waits is acknowledged, and given again by the ledger with its body", "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish("S", "text of a", "a");
    server.flush();
    PipelineRun run;
    const std::string work = script(run, "work.sh", "cat >> bodies; echo >> bodies; test -e is_back\n");
    auto supervisor = run.start({"--consumers", "1", "--source", server.source("S", "c"), "--retry-delay",
                                 "20ms..50ms", "--max-attempts", "200", "--stdin", "body", "--", work, "{}"});
    REQUIRE(eventually([&] { return run.has_rows(1) && lines_in(run, "bodies").size() >= 3; }));
    CHECK(eventually([&] { return server.is_done("S", "c"); }));
    CHECK(run.rows_by_status()["waiting"] == 1);
    write_file(run.directory() / "is_back", "");
    CHECK(eventually([&] { return run.rows_by_status()["booked"] == 1; }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    for (const auto& line : lines_in(run, "bodies")) CHECK(line == "text of a");
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("what is delivered again is recognised: no program is run for it, and it is acknowledged",
          "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    for (int i = 1; i <= 20; ++i) server.publish("S", "x");
    server.flush();
    PipelineRun run;
    const std::string work = script(run, "work.sh", "echo \"$1\" >> done; case $1 in S/7@*) exit 1;; esac\n");
    const std::vector<std::string> options{
        "--consumers", "2",  "--source", server.source("S", "c"), "--max-attempts", "1", "--once",
        "--",          work, "{}"};
    CHECK(run.start(options).wait() == 1);
    CHECK(lines_in(run, "done").size() == 20);
    server.delete_consumer("S", "c");
    server.make_good_consumer("S", "c");
    static_cast<void>(run.start(options).wait());
    CHECK(server.is_done("S", "c"));
    CHECK(lines_in(run, "done").size() == 20);
    CHECK(run.rows_by_status() == std::map<std::string, std::uint64_t>{{"booked", 19}, {"failed", 1}});
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a message is held as long as its work takes, and is not delivered again", "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c", 1);
    for (int i = 1; i <= 3; ++i) server.publish("S", "x");
    server.flush();
    PipelineRun run;
    // Three times as long as ack_wait; one message waits in the ring meanwhile.
    auto supervisor = run.start(
        {"--consumers", "2", "--source", server.source("S", "c"), "--once", "--process", "simulate:3s"});
    CHECK(supervisor.wait() == 0);
    CHECK(run.count("SELECT count(*) FROM invoices WHERE status = 'booked' AND attempts = 1") == 3);
    const auto info = server.ask("$JS.API.CONSUMER.INFO.S.c", "");
    CHECK(info.find("\"num_redelivered\":0") != std::string::npos);
    CHECK(info.find("\"consumer_seq\":3") != std::string::npos);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a slow pipeline holds little, and a drain leaves nothing unacknowledged", "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish_numbers("S", 1, 2000);
    PipelineRun run;
    auto supervisor =
        run.start({"--consumers", "2", "--source", server.source("S", "c"), "--process", "simulate:20ms"});
    std::uint64_t most = 0;
    REQUIRE(eventually([&] {
        most = std::max(most, server.consumer("S", "c")->unacknowledged);
        return run.has_rows(100);
    }));
    std::cout << "held at most by 2 consumers that finish 100 a second: " << most << "\n";
    CHECK(most < 500);  // of 2,000
    supervisor.send(SIGTERM);
    const int status = supervisor.wait();
    INFO(supervisor.err());
    CHECK(status == 0);
    const auto rows = run.rows();
    CHECK(rows < 2000);
    const auto info = server.consumer("S", "c");
    REQUIRE(info);
    CHECK(info->unacknowledged == 0);
    CHECK(info->pending == 2000 - rows);
    auto rest =
        run.start({"--consumers", "2", "--source", server.source("S", "c"), "--process", "none", "--once"});
    CHECK(rest.wait() == 0);
    run.require_numbers_up_to(2000);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("two pipelines share a consumer's messages: each message is in one ledger", "[nats_source]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    constexpr std::uint64_t kAll = 3000;
    server.publish_numbers("S", 1, kAll);
    PipelineRun fast;
    PipelineRun slow;
    const auto options = [&](const char* work) {
        return std::vector<std::string>{"--consumers", "2",  "--source", server.source("S", "c"),
                                        "--process",   work, "--once"};
    };
    auto first = fast.start(options("simulate:2ms"));
    auto second = slow.start(options("simulate:8ms"));
    CHECK(first.wait() == 0);
    CHECK(second.wait() == 0);
    std::set<std::string> ids;
    for (auto* run : {&fast, &slow}) {
        for (const auto& id : run->column("SELECT id FROM invoices")) CHECK(ids.insert(id).second);
    }
    CHECK(ids.size() == kAll);
    std::cout << "shares of two pipelines, one four times as fast: " << fast.rows() << " and " << slow.rows()
              << "\n";
    CHECK(fast.rows() > slow.rows());
    CHECK(slow.rows() > 0);
    server.stop();
    fast.require_nothing_left();
    slow.require_nothing_left();
}
