// SPDX-License-Identifier: Apache-2.0
// The supervisor's command line as a whole.
#include "supervisor/options/options.hpp"

#include <set>
#include <sstream>

#include "common/spec/values.hpp"
#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("the number of consumers must be given: as a number, as a range, or auto", "[options]") {
    const std::string missing =
        "--consumers is missing: give the number of consumers, 1 to 256, or MIN..MAX, or auto";
    CHECK(error_of({}) == missing);
    CHECK(error_of({"--once"}) == missing);
    for (const auto* value : {"0", "-1", "1.5", "4 ", "5..2", "1..999", "0..4", "auto..3", "3..auto", "..",
                              "1..", "..8", "1...8", "1..2..3", "AUTO"}) {
        CHECK(error_of({"--consumers", value}) ==
              "--consumers '" + std::string(value) + "': " + kConsumersText);
    }
}

TEST_CASE("a number of consumers is fixed, a range and auto are live", "[options]") {
    const auto range = [](const char* text, std::uint32_t processors = 4) {
        return pipeline::parse_consumers(text, processors);
    };
    CHECK(range("4") == pipeline::ConsumerRange{4, 4});
    CHECK(range("4..4") == pipeline::ConsumerRange{4, 4});
    CHECK_FALSE(range("4..4").is_live());
    CHECK(range("1..32") == pipeline::ConsumerRange{1, 32});
    CHECK(range("1..32").is_live());
    CHECK(range("1..32").text() == "1..32");
    CHECK(range("auto") == pipeline::ConsumerRange{1, 8});
    CHECK(range("auto", 0) == pipeline::ConsumerRange{1, 2});  // unknown
    CHECK(range("auto", 500) == pipeline::ConsumerRange{1, 256});
    CHECK(options_of({"--consumers", "auto"}).consumers.is_live());
}

TEST_CASE("what is no option is refused by name", "[options]") {
    const std::string see = "--help lists what is accepted";
    CHECK(error_of({"--frobnicate"}) == "unknown option '--frobnicate': " + see);
    CHECK(error_of({"--frobnicate=1"}) == "unknown option '--frobnicate': " + see);
    CHECK(error_of({"--frobnicate="}) == "unknown option '--frobnicate': " + see);
    CHECK(error_of({"--ONCE"}) == "unknown option '--ONCE': did you mean --once? " + see);
    CHECK(error_of({"--hlep"}) == "unknown option '--hlep': did you mean --help? " + see);
    CHECK(error_of({"--halp"}) == "unknown option '--halp': did you mean --help? " + see);
    CHECK(error_of({"--xyzp"}) == "unknown option '--xyzp': " + see);
    CHECK(error_of({"--comsumers=2"}) == "unknown option '--comsumers': did you mean --consumers? " + see);
    CHECK(error_of({"-x"}) == "unknown option '-x': " + see);
    CHECK(error_of({"-hV"}) == "unknown option '-hV': " + see);
    CHECK(error_of({"-"}) == "unknown option '-': " + see);
    CHECK(error_of({"--="}) == "unknown option '--': " + see);
    CHECK(error_of({"--=1"}) == "unknown option '--': " + see);
    CHECK(error_of({"---once"}) == "unknown option '---once': did you mean --once? " + see);
    CHECK(error_of({"--a\nb"}) == "unknown option '--a\\x0ab': " + see);
    const std::string only = ": only options are accepted, --help lists them; put -- before a command";
    CHECK(error_of(with_consumers({"spool"})) == "unexpected argument 'spool'" + only);
    CHECK(error_of(with_consumers({""})) == "unexpected argument ''" + only);
    CHECK(error_of(with_consumers({"spool", "--", "true"})) == "unexpected argument 'spool'" + only);
    CHECK(error_of(with_consumers({"--once", "yes"})) == "unexpected argument 'yes'" + only);
    CHECK(error_of({"--once=yes"}) == "--once 'yes': no value is accepted");
    CHECK(error_of({"--help=all"}) == "--help 'all': no value is accepted");
}

TEST_CASE("the number of consumers has the short forms of xargs and make", "[options]") {
    for (const Arguments& given : {Arguments{"-j", "8"}, Arguments{"-j8"}, Arguments{"-P", "8"},
                                   Arguments{"-P8"}, Arguments{"--once", "-j8", "--report", "json"}}) {
        CAPTURE(given);
        CHECK(options_of(given).consumers.text() == "8");
    }
    CHECK(options_of({"-j", "2..4"}).consumers.text() == "2..4");
    CHECK(options_of({"-jauto"}).consumers.is_live());
    CHECK(options_of({"-j", "3", "--", "sort", "-P", "-j9"}).consumers.text() == "3");
    CHECK(options_of({"-j", "3", "--", "sort", "-P", "-j9"}).process.command ==
          Arguments{"sort", "-P", "-j9"});
    CHECK(error_of({"-j"}) == "--consumers has no value: " + kConsumersText);
    CHECK(error_of({"-j", "--once"}) == "--consumers has no value: " + kConsumersText);
    CHECK(error_of({"-j", "--", "true"}) == "--consumers has no value: " + kConsumersText);
    CHECK(error_of({"-j", "-1"}) == "--consumers '-1': " + kConsumersText);
    CHECK(error_of({"-jx"}) == "--consumers 'x': " + kConsumersText);
    CHECK(error_of({"-j2", "-P", "3"}) == "--consumers is given twice, '2' and '3': one value is accepted");
    CHECK(options_of(with_consumers({"--state-dir", "-j"})).state_dir.filename() == "-j");
    CHECK(answer_of({"--help"}).find("(also -j, -P)") != std::string::npos);
}

TEST_CASE("an option of another program is answered with the one that does it here", "[options]") {
    CHECK(error_of({"-j2", "--retries", "5"}) ==
          "--retries is not an option: --max-attempts N is what you look for");
    CHECK(error_of({"-j2", "--timeout=5s"}) ==
          "--timeout is not an option: --item-timeout TIME is what you look for");
    CHECK(error_of({"--jobs", "4"}) ==
          "--jobs is not an option: --consumers N (or -j N) is what you look for");
    CHECK(error_of({"-j2", "-n1"}) ==
          "-n1 is not an option: --process exec:COMMAND is what you look for: it asks one program for many "
          "ids, "
          "while a command after -- gets one id");
    CHECK(error_of({"-j2", "-I{}"}) ==
          "-I{} is not an option: {} in the command is what you look for: it stands for the id");
    CHECK(error_of({"-j2", "-a", "ids"}) == "-a is not an option: --source lines:FILE is what you look for");
    CHECK(error_of({"-j2", "--dry-run", "--", "./ok.sh", "{}"}) ==
          "--dry-run is not an option: --ledger none -- sh -c 'echo \"$@\" >&2' sh COMMAND is what you look "
          "for: the log then has the command of each invoice");
    CHECK(error_of({"-j2", "-r"}) == "-r is not an option: an empty list runs nothing anyway");
    for (const auto* option : {"--max-procs", "-k", "--joblog", "--arg-file", "--resume", "-0", "--bar"}) {
        CAPTURE(option);
        CHECK(error_of({"-j2", option, "x"}).starts_with(std::string(option) + " is not an option: "));
    }
    const OptionsFile file("retries = 5\n");
    const auto refusal = refusal_of([&] { return parse(with_consumers({"--config", file.path()})); });
    REQUIRE(refusal);
    CHECK(refusal.text == "--config " + file.path() +
                              ":1: retries '5': not an option: --max-attempts N is what you look for");
}

TEST_CASE("the separators of GNU parallel in a command are answered with where ids come from", "[options]") {
    for (const auto* separator : {":::", "::::", ":::+", "::::+"}) {
        CAPTURE(separator);
        CHECK(error_of({"-j2", "--", "./ok.sh", "{}", separator, "in/a"}) ==
              std::string(separator) +
                  " in the command: ids come from a pipe or --source lines:FILE, as in "
                  "'ls in/* | supervisor -j 2 -- COMMAND {}'");
    }
    CHECK(options_of({"-j2", "--", "./ok.sh", "a:::b"}).process.command == Arguments{"./ok.sh", "a:::b"});
    CHECK(options_of({"-j2", "--process", "each:./ok.sh :::"}).process.command ==
          Arguments{"./ok.sh", ":::"});
}

TEST_CASE("a hint names only options that there are, and is for none of ours", "[options]") {
    pipeline::Options options;
    const auto all = pipeline::with_common_options(declare(options));
    std::set<std::string> names;
    std::string letters;
    for (const auto& group : all.groups) {
        for (const auto& option : group.options) {
            names.insert("--" + option.name);
            letters += option.letters;
        }
    }
    std::set<std::string> hinted;
    for (const auto& hint : all.hints) {
        CAPTURE(hint.name);
        CHECK(hinted.insert(std::string(hint.name)).second);
        CHECK(names.count(std::string(hint.name)) == 0);
        if (hint.name.size() == 2) CHECK(letters.find(hint.name[1]) == std::string::npos);
        const bool is_of_clerk = hint.ours.starts_with("clerk ");
        std::istringstream words(std::string(hint.ours) + " " + std::string(hint.note));
        for (std::string word; words >> word;) {
            if (!is_of_clerk && word.starts_with("--") && word.size() > 2) CHECK(names.count(word) == 1);
        }
    }
}

TEST_CASE("help and version have a short form", "[options]") {
    CHECK(answer_of({"-h"}) == answer_of({"--help"}));
    CHECK(answer_of({"-V"}) == answer_of({"--version"}));
    CHECK(answer_of({"--once", "-h"}) == answer_of({"--help"}));
    CHECK(error_of({"-h", "--help"}) == "--help is given twice: once is accepted");
    CHECK(options_of(with_consumers({"--state-dir", "-h"})).state_dir.filename() == "-h");
    CHECK(options_of(with_consumers({"--source=sequence:1", "--", "program", "-h"})).process.command ==
          std::vector<std::string>{"program", "-h"});
}

TEST_CASE("a misspelt word in a value is answered with the nearest one", "[options]") {
    const auto suggestion = [](const std::string& option, const std::string& value) {
        const std::string error = error_of(with_consumers({option, value}));
        const auto from = error.find("did you mean ");
        return from == std::string::npos ? "" : error.substr(from + 13, error.find('?') - from - 13);
    };
    CHECK(suggestion("--log-level", "warn") == "warning");
    CHECK(suggestion("--log-level", "DEBUG") == "debug");
    CHECK(suggestion("--log-level", "verbose").empty());
    CHECK(suggestion("--report", "jsno") == "json");
    CHECK(suggestion("--request", "jason") == "json");
    CHECK(suggestion("--source", "sequnce:5") == "sequence");
    CHECK(suggestion("--source", "spol:/in") == "spool");
    CHECK(suggestion("--source", "sequence:x").empty());
    CHECK(suggestion("--process", "exce:./book") == "exec");
    CHECK(suggestion("--ledger", "sqlite3:/l.db") == "sqlite");
    CHECK(error_of(with_consumers({"--log-level", "warn"})) ==
          "--log-level 'warn': did you mean warning? error, warning, notice, info or debug is accepted");
}

TEST_CASE("a value may begin with dashes where it cannot be taken for an option", "[options]") {
    const auto here = std::filesystem::current_path();
    CHECK(options_of(with_consumers({"--state-dir", "-st"})).state_dir == here / "-st");
    CHECK(options_of(with_consumers({"--state-dir=--once"})).state_dir == here / "--once");
}

TEST_CASE("a very long value is not repeated whole", "[options]") {
    const auto text = error_of({"--name", std::string(100'000, 'x')});
    CHECK(text.size() < 600);
    CHECK(text.starts_with("--name 'xxx"));
    CHECK(text.find("...': 1 to 100 letters") != std::string::npos);
}

TEST_CASE("the arguments of main() are taken without the program's name", "[options]") {
    std::string program = "supervisor";
    std::string option = "--once";
    std::vector<char*> argv = {program.data(), option.data(), nullptr};
    const auto arguments = pipeline::arguments_of(2, argv.data());
    REQUIRE(arguments.size() == 1);
    CHECK(std::string(arguments[0]) == "--once");
    CHECK(pipeline::arguments_of(1, argv.data()).empty());
    CHECK(pipeline::arguments_of(0, argv.data() + 2).empty());
}
