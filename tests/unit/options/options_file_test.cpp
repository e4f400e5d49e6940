// SPDX-License-Identifier: Apache-2.0
// --config: options in a file.
#include "supervisor/options/options.hpp"

#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a file that says something wrong is refused with its name", "[options]") {
    struct Case {
        std::string text;
        std::string error;  // after the file's name
    };
    const std::string unknown =
        "unknown option, the names that --help lists (but config, help, version) are accepted";
    const auto wanted = GENERATE_COPY(values<Case>({
        {"frobnicate = 1\n", "frobnicate '1': " + unknown},
        {"[section]\nname = x\n", "section.name 'x': " + unknown},
        {"--name = x\n",
         "--name 'x': unknown option, did you mean name? the names that --help lists (but "
         "config, help, version) are accepted"},
        {"ledgr = none\n",
         "ledgr 'none': unknown option, did you mean ledger? the names that --help lists "
         "(but config, help, version) are accepted"},
        {"log-level = warn\n",
         "log-level 'warn': did you mean warning? error, warning, notice, info or debug is accepted"},
        {"config = /x\n", "config '/x': " + unknown},
        {"help = true\n", "help 'true': " + unknown},
        {"version = true\n", "version 'true': " + unknown},
        {"name = a\nname = b\n", "name 'b': given twice, one value is accepted"},
        {"once = maybe\n", "once 'maybe': true (yes, on, 1) or false (no, off, 0) is accepted"},
        {"once =\n", "once '': true (yes, on, 1) or false (no, off, 0) is accepted"},
        {"once\n", "line 'once': NAME = VALUE is accepted"},
        {"name = x\n\x1b[2J\n", "line '\\x1b[2J': NAME = VALUE is accepted"},
    }));
    const OptionsFile file(wanted.text);
    const auto refusal = refusal_of([&] { return parse(with_consumers({"--config", file.path()})); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(refusal.text == "--config '" + file.path() + "': " + wanted.error);
}

TEST_CASE("a switch in a file is on or off", "[options]") {
    for (const auto* on : {"true", "yes", "on", "1"}) {
        const OptionsFile file("once = " + std::string(on) + "\n");
        CHECK(options_of(with_consumers({"--config", file.path()})).once);
    }
    for (const auto* off : {"false", "no", "off", "0"}) {
        const OptionsFile file("once = " + std::string(off) + "\n");
        CHECK_FALSE(options_of(with_consumers({"--config", file.path()})).once);
        CHECK(options_of(with_consumers({"--config", file.path(), "--once"})).once);
    }
}

TEST_CASE("a file that cannot be read is no input", "[options]") {
    const std::string advice = "; a readable file of lines NAME = VALUE is accepted";
    const auto missing = refusal_of([] { return parse({"--config", "/nonexistent/file"}); });
    REQUIRE(missing);
    CHECK(missing.status == ExitStatus::NoInput);
    CHECK(missing.text == "--config '/nonexistent/file': No such file or directory" + advice);
    const auto directory = refusal_of([] { return parse({"--config", "/"}); });
    REQUIRE(directory);
    CHECK(directory.status == ExitStatus::NoInput);
    CHECK(directory.text == "--config '/': Is a directory" + advice);

    const OptionsFile large(std::string((1U << 20U) + 1, '#'));
    const auto refusal = refusal_of([&] { return parse({"--config", large.path()}); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(refusal.text == "--config '" + large.path() + "': a file of at most 1 MiB is accepted");

    CHECK(error_of({"--config", ""}) == "--config '': the path of a file is accepted");
    CHECK(error_of({"--config"}) == "--config has no value: the path of a file is accepted");
}
