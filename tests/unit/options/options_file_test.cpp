// SPDX-License-Identifier: Apache-2.0
// --config: options in a file.
#include "supervisor/options/options.hpp"

#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a file that says something wrong is refused with its name", "[options]") {
    struct Case {
        std::string text;
        std::string error;  // after the file's name and the line's number
    };
    const std::string accepted = "those of invoice-pipeline.conf(5) are accepted";
    const std::string unknown = "unknown setting, " + accepted;
    const std::string alone =
        "is for the command line alone, the settings of invoice-pipeline.conf(5) are accepted";
    const std::string behind = "only a comment is accepted behind the closing quote";
    const std::string escapes = R"(in "VALUE", \", \\, \n, \r, \t and \xNN are accepted after a backslash)";
    const auto wanted = GENERATE_COPY(values<Case>({
        {"frobnicate = 1\n", "1: frobnicate '1': " + unknown},
        {"once = true\n[section]\nname = x\n", "2: '[section]': NAME = VALUE is accepted"},
        {"--name = x\n", "1: --name 'x': unknown setting, did you mean name? " + accepted},
        {"# one\n\nledgr = none\n", "3: ledgr 'none': unknown setting, did you mean ledger? " + accepted},
        {"log-level = warn\n",
         "1: log-level 'warn': did you mean warning? error, warning, notice, info or debug is accepted"},
        {"config = /x\n", "1: config '/x': " + alone},
        {"help = true\n", "1: help 'true': " + alone},
        {"check = true\n", "1: check 'true': " + alone},
        {"print-config = true\n", "1: print-config 'true': " + alone},
        {"version = true\n", "1: version 'true': " + alone},
        {"name = a\n\nname = b\n", "3: name 'b': given twice, also in line 1: one value is accepted"},
        {"once = maybe\n", "1: once 'maybe': true (yes, on, 1) or false (no, off, 0) is accepted"},
        {"once =\n", "1: once '': true (yes, on, 1) or false (no, off, 0) is accepted"},
        {"once\n", "1: 'once': NAME = VALUE is accepted"},
        {"= true\n", "1: '= true': NAME = VALUE is accepted"},
        {"once # = true\n", "1: 'once # = true': NAME = VALUE is accepted"},
        {"name = x\n\x1b[2J\n", "2: '\\x1b[2J': NAME = VALUE is accepted"},
        {"name = \"x\n", "1: 'name = \"x': a value that begins with \" ends with \""},
        {"name = 'x\\'y'\n", "1: 'name = 'x\\'y'': " + behind},
        {"name = \"x\" y\n", "1: 'name = \"x\" y': " + behind},
        {R"(name = "\q")", R"(1: 'name = "\q"': )" + escapes},
        {R"(name = "\)", R"(1: 'name = "\': )" + escapes},
        {R"(name = "\x4")", R"(1: 'name = "\x4"': )" + escapes},
        {R"(name = "\x-4")", R"(1: 'name = "\x-4"': )" + escapes},
        {"name = '/'\n",
         "1: name '/': 1 to 100 letters, digits, '.', '_' or '-', the first not '.' or '-', are accepted"},
    }));
    const OptionsFile file(wanted.text);
    const auto refusal = refusal_of([&] { return parse(with_consumers({"--config", file.path()})); });
    REQUIRE(refusal);
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(refusal.text == "--config " + file.path() + ":" + wanted.error);
}

TEST_CASE("a quoted value in a file can hold anything", "[options]") {
    struct Case {
        std::string written;
        std::string value;
    };
    const auto wanted = GENERATE(values<Case>({
        {"a#b", "a"},
        {"a 'b' # c", "a 'b'"},
        {"'a#b'", "a#b"},
        {"'  a # b  '   # a comment", "  a # b  "},
        {R"('a\n"b')", R"(a\n"b)"},
        {R"("a#b")", "a#b"},
        {R"("\"a\" 'b' \\ c")", R"("a" 'b' \ c)"},
        {R"("a\tb\x41\xc3\xa9")", "a\tbA\xc3\xa9"},
        {"\"  a\"\r", "  a"},
    }));
    CAPTURE(wanted.written);
    const OptionsFile file("\xEF\xBB\xBFspool-include = " + wanted.written);
    if (wanted.value.find('\t') == std::string::npos) {
        CHECK(options_of(with_consumers({"--config", file.path()})).spool.include == wanted.value);
    } else {
        const auto refusal = refusal_of([&] { return parse(with_consumers({"--config", file.path()})); });
        CHECK(refusal.text.find("a\\x09bA\xc3\xa9") != std::string::npos);
    }
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
