// SPDX-License-Identifier: Apache-2.0
#include "common/cli/directories.hpp"

#include "tests/support/command_line_support.hpp"

using pipeline::default_runtime_directory;
using pipeline::default_state_directory;
using pipeline::test::environment_of;

namespace {

// Its path, or "none".
std::string state(std::map<std::string, std::string> variables) {
    return default_state_directory(environment_of(std::move(variables))).value_or("none").native();
}
std::string runtime(std::map<std::string, std::string> variables) {
    return default_runtime_directory(environment_of(std::move(variables))).value_or("none").native();
}

}  // namespace

TEST_CASE("the state directory is the service manager's, else the user's", "[directories]") {
    const std::pair<const std::string, std::string> service{"STATE_DIRECTORY", "/var/lib/ip"};
    const std::pair<const std::string, std::string> xdg{"XDG_STATE_HOME", "/xdg"};
    const std::pair<const std::string, std::string> home{"HOME", "/home/u"};
    CHECK(state({service, xdg, home}) == "/var/lib/ip");
    CHECK(state({xdg, home}) == "/xdg/invoice-pipeline");
    CHECK(state({home}) == "/home/u/.local/state/invoice-pipeline");
    CHECK(state({}) == "none");
}

TEST_CASE("the runtime directory is the service manager's, else the user's", "[directories]") {
    CHECK(runtime({{"RUNTIME_DIRECTORY", "/run/ip"}, {"XDG_RUNTIME_DIR", "/run/user/1"}}) == "/run/ip");
    CHECK(runtime({{"XDG_RUNTIME_DIR", "/run/user/1"}, {"HOME", "/home/u"}}) ==
          "/run/user/1/invoice-pipeline");
    CHECK(runtime({{"HOME", "/home/u"}, {"STATE_DIRECTORY", "/var/lib/ip"}}) == "none");
}

TEST_CASE("of several directories the first is taken", "[directories]") {
    CHECK(state({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}}) == "/var/lib/a");
    CHECK(runtime({{"RUNTIME_DIRECTORY", "/run/a:/run/b"}}) == "/run/a");
}

TEST_CASE("a directory is absolute and normal", "[directories]") {
    CHECK(state({{"STATE_DIRECTORY", "/var//lib/./ip/"}}) == "/var/lib/ip");
    CHECK(state({{"STATE_DIRECTORY", "ip"}}) == (std::filesystem::current_path() / "ip").native());
    CHECK(state({{"HOME", "/home/u/"}}) == "/home/u/.local/state/invoice-pipeline");
}

TEST_CASE("a variable that is empty or not usable counts as not set", "[directories]") {
    const std::pair<const std::string, std::string> home{"HOME", "/home/u"};
    const std::string fallback = "/home/u/.local/state/invoice-pipeline";
    CHECK(state({{"STATE_DIRECTORY", ""}, home}) == fallback);
    CHECK(state({{"STATE_DIRECTORY", ":/b"}, home}) == fallback);
    CHECK(state({{"STATE_DIRECTORY", "/a\nb"}, home}) == fallback);
    CHECK(state({{"XDG_STATE_HOME", ""}, home}) == fallback);
    CHECK(state({{"XDG_STATE_HOME", "relative"}, home}) == fallback);
    CHECK(state({{"HOME", "relative"}}) == "none");
    CHECK(state({{"HOME", ""}}) == "none");
    CHECK(runtime({{"RUNTIME_DIRECTORY", ""}, {"XDG_RUNTIME_DIR", "relative"}}) == "none");
}

TEST_CASE("the environment of the process is the one that getenv(3) sees", "[directories]") {
    REQUIRE(::setenv("PIPELINE_TEST_VARIABLE", "value", 1) == 0);
    CHECK(std::string(pipeline::process_environment()("PIPELINE_TEST_VARIABLE")) == "value");
    REQUIRE(::unsetenv("PIPELINE_TEST_VARIABLE") == 0);
    CHECK(pipeline::process_environment()("PIPELINE_TEST_VARIABLE") == nullptr);
}
