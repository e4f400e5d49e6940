// SPDX-License-Identifier: Apache-2.0
// Secrets of NATS are in files, and stay there: not in command lines, environments, logs, segments, the
// ledger, or what the observer shows.
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/nats/nats_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/pipeline_run.hpp"

using namespace pipeline::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kSecret = "geheim42";

bool has_secret(const std::string& text) {
    return text.find(kSecret) != std::string::npos;
}

void look_into_files(const PipelineRun& run, const fs::path& except) {
    for (const auto& file : fs::recursive_directory_iterator(run.directory())) {
        CAPTURE(file.path());
        if (file.is_regular_file() && file.path() != except) CHECK_FALSE(has_secret(read_file(file.path())));
    }
}

}  // namespace

TEST_CASE("a password in a file opens the server, and is seen nowhere", "[nats_secrets]") {
    NatsServer server(fmt::format("authorization {{ user: book, password: {} }}\n", kSecret), "book",
                      kSecret);
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    server.publish_numbers("S", 1, 10);
    PipelineRun run;
    const fs::path file = run.directory() / "password";
    write_file(file, std::string(kSecret) + "\n");
    const auto with_file = [&] {
        ::setenv("NATS_USER", "book", 1);
        ::setenv("NATS_PASSWORD_FILE", file.c_str(), 1);
    };
    auto supervisor = run.start_in(with_file, {"--consumers", "1", "--source", server.source("S", "c"),
                                               "--process", "none", "--log-level", "debug"});
    REQUIRE(eventually([&] { return run.has_rows(10); }));
    REQUIRE(run.segments().size() == 2);
    for (const auto& segment : run.segments()) CHECK_FALSE(has_secret(read_file("/dev/shm/" + segment)));
    auto processes = supervisor.children();
    processes.push_back(supervisor.pid());
    CHECK(processes.size() == 3);
    for (const pid_t process : processes) {
        CHECK_FALSE(has_secret(read_file(fmt::format("/proc/{}/cmdline", process))));
        CHECK_FALSE(has_secret(read_file(fmt::format("/proc/{}/environ", process))));
    }
    for (const std::vector<std::string>& form :
         std::vector<std::vector<std::string>>{{"--once", "--json"}, {"--metrics"}}) {
        std::vector<std::string> argv{OBSERVER_PROGRAM, "--name", run.name()};
        argv.insert(argv.end(), form.begin(), form.end());
        Process observer(argv, run.directory(), "observer");
        static_cast<void>(observer.wait());
        CHECK_FALSE(observer.out().empty());
        CHECK_FALSE(has_secret(observer.out()));
    }
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    look_into_files(run, file);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a wrong password is told by its variable, not by itself", "[nats_secrets]") {
    NatsServer server("authorization { user: book, password: right }\n", "book", "right");
    server.make_stream("S");
    server.make_good_consumer("S", "c");
    PipelineRun run;
    const fs::path file = run.directory() / "password";
    write_file(file, std::string(kSecret) + "\n");
    const auto with_file = [&] {
        ::setenv("NATS_USER", "book", 1);
        ::setenv("NATS_PASSWORD_FILE", file.c_str(), 1);
    };
    auto check = run.start_in(
        with_file, {"--consumers", "1", "--source", server.source("S", "c"), "--process", "none", "--check"});
    CHECK(check.wait() == 66);
    INFO(check.out());
    CHECK(check.out().find("no connection to NATS: ") != std::string::npos);
    look_into_files(run, file);
    server.stop();
    run.require_nothing_left();
}

TEST_CASE("a secret in the address or in a variable is refused, and not repeated", "[nats_secrets]") {
    PipelineRun run;
    auto in_address = run.start({"--consumers", "1", "--source",
                                 fmt::format("nats://book:{}@127.0.0.1/S/c", kSecret), "--process", "none"});
    CHECK(in_address.wait() == 64);
    CHECK(in_address.err().find("no user, password or token is accepted") != std::string::npos);
    auto twice = run.start({"--consumers", "1", "--source", "sequence", "--source",
                            fmt::format("nats://{}@127.0.0.1/S/c", kSecret), "--process", "none"});
    CHECK(twice.wait() == 64);
    auto in_variable =
        run.start_in([] { ::setenv("NATS_PASSWORD", kSecret, 1); },
                     {"--consumers", "1", "--source", "nats://127.0.0.1/S/c", "--process", "none"});
    CHECK(in_variable.wait() == 78);
    CHECK(in_variable.err().find("NATS_PASSWORD_FILE") != std::string::npos);
    look_into_files(run, {});
    run.require_nothing_left();
}
