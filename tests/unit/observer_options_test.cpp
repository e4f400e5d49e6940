// SPDX-License-Identifier: Apache-2.0
#include "observer/options.hpp"

#include "tests/unit/command_line_support.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Arguments = std::vector<std::string>;

std::variant<ObserverOptions, EarlyExit> parse(const Arguments& arguments) {
    return parse_observer_options(pointers_to(arguments), environment_of({{"HOME", "/home/u"}}));
}

}  // namespace

TEST_CASE("the observer's options have their defaults", "[observer_options]") {
    const auto options = std::get<ObserverOptions>(parse({"--audit"}));
    CHECK(options.audit);
    CHECK_FALSE(options.deep);
    CHECK_FALSE(options.json);
    CHECK(options.name == kDefaultName);
    CHECK_FALSE(options.ledger.has_value());
    CHECK(options.state_dir == "/home/u/.local/state/invoice-pipeline");
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
    CHECK(options.log_level == LogLevel::Debug);
}

TEST_CASE("the observer refuses what it cannot do, and says what it can", "[observer_options]") {
    CHECK(usage_error_of([] { return parse({}); }) == "--audit is missing: it is what can be shown");
    CHECK(usage_error_of([] {
              return parse({"--audit", "--ledger", "paper:/a"});
          }).find("--ledger 'paper:/a'") == 0);
    CHECK(usage_error_of([] {
              return parse({"--audit", "--dep"});
          }).find("did you mean --deep?") != std::string::npos);
    const auto help = std::get<EarlyExit>(parse({"--help"})).text;
    for (const auto* option : {"--audit", "--deep", "--json", "--name", "--ledger", "--state-dir"})
        CHECK(help.find(option) != std::string::npos);
}
