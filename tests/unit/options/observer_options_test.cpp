// SPDX-License-Identifier: Apache-2.0
#include "observer/options/options.hpp"

#include "tests/support/command_line_support.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Arguments = std::vector<std::string>;

std::variant<ObserverOptions, EarlyExit> parse(const Arguments& arguments) {
    return parse_observer_options(pointers_to(arguments), environment_of({{"HOME", "/home/u"}}));
}

}  // namespace

TEST_CASE("the observer's options have their defaults", "[observer_options]") {
    const auto options = std::get<ObserverOptions>(parse({}));
    CHECK_FALSE(options.audit);
    CHECK_FALSE(options.once);
    CHECK_FALSE(options.metrics);
    CHECK_FALSE(options.listen.has_value());
    CHECK(options.interval == std::chrono::seconds(1));
    CHECK_FALSE(options.deep);
    CHECK_FALSE(options.json);
    CHECK(options.name == kDefaultName);
    CHECK_FALSE(options.ledger.has_value());
    CHECK(options.state_dir == "/home/u/.local/state/invoice-pipeline");
    CHECK(options.lock_dirs == std::vector<std::filesystem::path>{"/home/u/.local/state/invoice-pipeline",
                                                                  "/run/invoice-pipeline",
                                                                  "/run/invoice-pipeline"});
}

TEST_CASE("the observer's options are taken", "[observer_options]") {
    const auto options =
        std::get<ObserverOptions>(parse({"--audit", "--deep", "--json", "--name=n", "--ledger",
                                         "sqlite:/a/b.db", "--state-dir", "/s", "--log-level", "debug"}));
    CHECK(options.deep);
    CHECK(options.json);
    CHECK(options.name == "n");
    REQUIRE(options.ledger.has_value());
    CHECK(options.ledger->text() == "sqlite:/a/b.db");
    CHECK(options.state_dir == "/s");
    CHECK(options.lock_dirs == std::vector<std::filesystem::path>{"/s", "/run/n", "/run/invoice-pipeline"});
    CHECK(std::get<ObserverOptions>(parse({"--runtime-dir", "/r"})).lock_dirs ==
          std::vector<std::filesystem::path>{"/r"});
    CHECK(options.log_level == LogLevel::Debug);
}

TEST_CASE("the observer refuses what it cannot do, and says what it can", "[observer_options]") {
    CHECK(usage_error_of([] {
              return parse({"--once", "--audit"});
          }) == "--once, --metrics, --listen, --audit and --hosts: one of them at a time is accepted");
    CHECK(usage_error_of([] { return parse({"--deep"}); }) == "--deep: is accepted with --audit only");
    CHECK(usage_error_of([] {
              return parse({"--once", "--ledger", "none"});
          }) == "--ledger: is accepted with --audit, --hosts or --listen only");
    CHECK(usage_error_of([] {
              return parse({"--metrics", "--json"});
          }).find("--json: is not accepted with") == 0);
    CHECK(usage_error_of([] { return parse({"--interval", "1ms"}); }).find("--interval '1ms'") == 0);
    CHECK(usage_error_of([] {
              return parse({"--audit", "--ledger", "paper:/a"});
          }).find("--ledger 'paper:/a'") == 0);
    CHECK(usage_error_of([] {
              return parse({"--audit", "--dep"});
          }).find("did you mean --deep?") != std::string::npos);
    CHECK(usage_error_of([] {
              return parse({"--hosts", "--deep"});
          }) == "--deep: is accepted with --audit only");
    const auto hosts =
        std::get<ObserverOptions>(parse({"--hosts", "--json", "--ledger", "postgresql://db/ledger"}));
    CHECK(hosts.hosts);
    CHECK(hosts.ledger->is_shared());
    const auto help = std::get<EarlyExit>(parse({"--help"})).text;
    for (const auto* option : {"--audit", "--hosts", "--deep", "--json", "--name", "--ledger", "--state-dir",
                               "--once", "--metrics", "--listen", "--listen-anywhere", "--interval"})
        CHECK(help.find(option) != std::string::npos);
}

TEST_CASE("the observer listens where only this machine reaches it, unless it is told otherwise",
          "[observer_options]") {
    const auto listen = [](const Arguments& arguments) {
        return std::get<ObserverOptions>(parse(arguments)).listen.value();
    };
    CHECK(listen({"--listen", "127.0.0.1:9464"}).text() == "127.0.0.1:9464");
    CHECK(listen({"--listen", "127.8.0.1:0"}).port == 0);
    CHECK(listen({"--listen", "[::1]:80"}).text() == "[::1]:80");
    CHECK(listen({"--listen", "[::1]:80"}).host == "::1");
    CHECK(listen({"--listen", "0.0.0.0:80", "--listen-anywhere"}).text() == "0.0.0.0:80");
    for (const auto* elsewhere : {"0.0.0.0:80", "192.0.2.1:80", "[::]:80", "[2001:db8::1]:80"}) {
        CHECK(usage_error_of([&] {
                  return parse({"--listen", elsewhere});
              }).find("give --listen-anywhere too") != std::string::npos);
    }
    for (const auto* wrong : {"9464", "localhost:9464", "127.0.0.1", "127.0.0.1:65536",
                              "127.0.0.1:", "::1:80", "[127.0.0.1]:80", "[::1]", ":80", "127.0.0.1:-1"}) {
        INFO(wrong);
        CHECK(usage_error_of([&] {
                  return parse({"--listen", wrong});
              }).find("a numeric address and a port are accepted") != std::string::npos);
    }
    CHECK(usage_error_of([] { return parse({"--listen-anywhere"}); }) ==
          "--listen-anywhere: is accepted with --listen only");
}
