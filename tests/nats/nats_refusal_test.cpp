// SPDX-License-Identifier: Apache-2.0
// Consumers that cannot be relied on are refused in one line that says what to do, and --check says the same.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/nats/nats_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

struct Refused {
    std::string consumer;
    int status;
    std::string says;
};

}  // namespace

TEST_CASE("a consumer with which messages would be lost is refused, by a start and by a check",
          "[nats_refusal]") {
    NatsServer server;
    server.make_stream("S");
    server.make_consumer("S", "none", R"("ack_policy":"none")");
    server.make_consumer("S", "all", R"("ack_policy":"all","max_deliver":-1)");
    server.make_consumer("S", "limited", R"("ack_policy":"explicit","max_deliver":5)");
    server.make_consumer("S", "push", R"("ack_policy":"explicit","max_deliver":-1,"deliver_subject":"x")");
    PipelineRun run;  // its end ends the server too
    for (const Refused& wanted :
         std::vector<Refused>{{"S/none", 78, "acknowledgement policy 'none'"},
                              {"S/all", 78, "acknowledgement policy 'all'"},
                              {"S/limited", 78, "nats consumer edit S limited --max-deliver=-1"},
                              {"S/push", 78, "is a push consumer"},
                              {"S/missing", 66, "nats consumer add S missing --pull --ack explicit"},
                              {"T/missing", 66, "stream not found"}}) {
        CAPTURE(wanted.consumer);
        const std::vector<std::string> options{
            "--consumers", "1",
            "--source",    fmt::format("nats://127.0.0.1:{}/{}", server.port(), wanted.consumer),
            "--process",   "none"};
        auto start = run.start(options);
        CHECK(start.wait() == wanted.status);
        INFO(start.err());
        CHECK(start.err().find(wanted.says) != std::string::npos);
        CHECK(run.segments().empty());
        auto with_check = options;
        with_check.emplace_back("--check");
        auto check = run.start(with_check);
        CHECK(check.wait() == wanted.status);
        INFO(check.out());
        CHECK(check.out().find("source: not usable: ") != std::string::npos);
        CHECK(check.out().find(wanted.says) != std::string::npos);
    }
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a check says that a consumer can be used, with what it has, and takes nothing", "[nats_refusal]") {
    NatsServer server;
    server.make_stream("S");
    server.make_good_consumer("S", "c", 2);
    server.publish_numbers("S", 1, 30);
    PipelineRun run;
    auto check = run.start({"--consumers", "1", "--source",
                            fmt::format("nats://127.0.0.1:1,127.0.0.1:{}/S/c", server.port()), "--process",
                            "none", "--check"});
    const int status = check.wait();
    INFO(check.out() << check.err());
    CHECK(status == 0);
    CHECK(check.out().find(fmt::format("source: usable, S/c at 127.0.0.1:{}, 30 to deliver and 0 messages "
                                       "unacknowledged",
                                       server.port())) != std::string::npos);
    CHECK(check.out().find("one replica") != std::string::npos);
    CHECK(check.out().find("again after 2 s") != std::string::npos);
    CHECK(server.consumer("S", "c")->pending == 30);
    server.kill();
    auto without =
        run.start({"--consumers", "1", "--source", server.source("S", "c"), "--process", "none", "--check"});
    CHECK(without.wait() == 66);
    CHECK(without.out().find("source: not usable: no connection to NATS: 127.0.0.1:") != std::string::npos);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a server without JetStream is not waited for by a check", "[nats_refusal]") {
    NatsServer server("accounts { plain: { users: [ { user: u, password: p } ] } }\nno_auth_user: u\n");
    PipelineRun run;
    auto check =
        run.start({"--consumers", "1", "--source", server.source("S", "c"), "--process", "none", "--check"});
    CHECK(check.wait() == 66);
    INFO(check.out());
    CHECK(check.out().find("JetStream") != std::string::npos);
    server.stop();
    run.require_nothing_left();
}
