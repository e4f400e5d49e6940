// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/options.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <functional>
#include <random>
#include <sstream>

#include "common/spec/values.hpp"
#include "tests/support/command_line_support.hpp"

using namespace std::chrono_literals;
using pipeline::EarlyExit;
using pipeline::ExitStatus;
using pipeline::Options;
using pipeline::parse_options;
using pipeline::test::environment_of;
using pipeline::test::pointers_to;
using pipeline::test::refusal_of;
using pipeline::test::usage_error_of;

namespace {

using Arguments = std::vector<std::string>;

const auto kEnvironment = environment_of({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/1"}});

std::variant<Options, EarlyExit> parse(const Arguments& arguments) {
    return parse_options(pointers_to(arguments), kEnvironment);
}
Options options_of(const Arguments& arguments) {
    return std::get<Options>(parse(arguments));
}
std::string answer_of(const Arguments& arguments) {
    return std::get<EarlyExit>(parse(arguments)).text;
}
std::string error_of(const Arguments& arguments) {
    return usage_error_of([&] { return parse(arguments); });
}

// The arguments with the one that must be given.
Arguments with_consumers(Arguments arguments) {
    arguments.insert(arguments.begin(), "--consumers=2");
    return arguments;
}

// A file that is gone with it.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text) {
        const int fd = ::mkstemp(path_.data());
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(fd);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_ = "/tmp/pipeline-options-XXXXXX";
};

// One option: a value that it takes and what becomes of it, one that it refuses and what it says then.
struct OptionCase {
    std::string name;
    std::string good;
    std::string shown;  // what `read` makes of the options
    std::function<std::string(const Options&)> read;
    std::string bad;
    std::string accepted;
};

std::string count_text(std::uint32_t least, std::uint32_t most) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " is accepted";
}
std::string time_text(const std::string& range) {
    return range + " is accepted, with a unit (ns, us, ms, s, min or h)";
}

const std::string kConsumersText =
    "a whole number from 1 to 256, MIN..MAX of such numbers, or auto is accepted";
const std::string kPatternText =
    "a pattern for names of files is accepted, such as '*.xml' or '@(*.tmp|*.part)', without '/'";
const std::string kPathText = "a path of 1 to 4095 bytes without NUL or newline is accepted";

// Every option of the supervisor that takes a value.
const std::vector<OptionCase>& all_options() {
    static const std::vector<OptionCase> cases = {
        {"consumers", "2..256", "2..256", [](const Options& o) { return o.consumers.text(); }, "257",
         kConsumersText},
        {"source", "lines:/ids", "lines:/ids", [](const Options& o) { return o.source.text(); }, "ids.txt",
         "spool:DIR, lines:FILE, lines:- (standard input), sequence or sequence:COUNT is accepted"},
        {"process", "simulate:cpu=50us", "simulate:cpu=50us",
         [](const Options& o) { return o.process.text(); }, "simulate:50",
         "ubl, none, simulate:DURATION, simulate:cpu=DURATION (DURATION such as 50us), exec:COMMAND or "
         "each:COMMAND is accepted"},
        {"ledger", "none", "none", [](const Options& o) { return o.ledger.text(); }, "/var/x.db",
         "sqlite:FILE or none is accepted"},
        {"rate", "0.5/s", "0.5/s", [](const Options& o) { return pipeline::rate_text(o.rate.value_or(0)); },
         "4000", "a number from 0.000001 to 1000000000 followed by /s is accepted, such as 4000/s"},
        {"rescan", "0", "0", [](const Options& o) { return pipeline::to_text(o.spool.rescan); }, "500ms",
         time_text("0 (no limit) or a duration from 1s to 24h")},
        {"settle-time", "250ms", "250ms",
         [](const Options& o) { return pipeline::to_text(o.spool.settle_time); }, "2h",
         time_text("0 (no limit) or a duration from 1ms to 1h")},
        {"spool-include", "*.xml", "*.xml", [](const Options& o) { return o.spool.include; }, "a/*",
         kPatternText},
        {"spool-exclude", "@(*.tmp|*~)", "@(*.tmp|*~)", [](const Options& o) { return o.spool.exclude; },
         "a/b", kPatternText},
        {"name", "other", "other", [](const Options& o) { return o.name; }, "a/b",
         "1 to 100 letters, digits, '.', '_' or '-', the first not '.' or '-', are accepted"},
        {"ring-capacity", "2", "2", [](const Options& o) { return std::to_string(o.ring_capacity); }, "1",
         count_text(2, 1'048'576)},
        {"storage-capacity", "1048576", "1048576",
         [](const Options& o) { return std::to_string(o.storage_capacity); }, "1048577",
         count_text(2, 1'048'576)},
        {"batch-max", "1", "1", [](const Options& o) { return std::to_string(o.batch_max); }, "257",
         count_text(1, 256)},
        {"item-timeout", "0", "0", [](const Options& o) { return pipeline::to_text(o.item_timeout); }, "5",
         time_text("0 (no limit) or a duration from 1ms to 8760h")},
        {"max-attempts", "255", "255", [](const Options& o) { return std::to_string(o.max_attempts); }, "0",
         count_text(1, 255)},
        {"flush-interval", "1ms", "1ms", [](const Options& o) { return pipeline::to_text(o.flush_interval); },
         "2h", time_text("a duration from 1ms to 1h")},
        {"drain-timeout", "24h", "24h", [](const Options& o) { return pipeline::to_text(o.drain_timeout); },
         "25h", time_text("a duration from 1ms to 24h")},
        {"request", "id", "id",
         [](const Options& o) { return o.outside.request == pipeline::RequestForm::Json ? "json" : "id"; },
         "xml", "id or json is accepted"},
        {"pipeline", "1", "1", [](const Options& o) { return std::to_string(o.outside.pipeline); }, "257",
         count_text(1, 256)},
        {"start-timeout", "30s", "30s",
         [](const Options& o) { return pipeline::to_text(o.outside.start_timeout); }, "5",
         time_text("0 (no limit) or a duration from 1ms to 8760h")},
        {"memory-limit", "0", "0", [](const Options& o) { return std::to_string(o.outside.memory_limit); },
         "1000", "0 (no limit) or a size from 1MiB to 1048576GiB is accepted, with a unit (KiB, MiB or GiB)"},
        {"max-items-per-child", "0", "0",
         [](const Options& o) { return std::to_string(o.outside.max_items_per_child); }, "1000000001",
         count_text(0, 1'000'000'000)},
        {"state-dir", "/state/", "/state", [](const Options& o) { return o.state_dir.native(); }, "/a\nb",
         kPathText},
        {"runtime-dir", "/run/x", "/run/x", [](const Options& o) { return o.runtime_dir.native(); }, "/a\nb",
         kPathText},
        {"shm-dir", "/run/x/", "/run/x", [](const Options& o) { return o.shm_dir.native(); }, "/a\nb",
         kPathText},
        {"log-level", "debug", "debug",
         [](const Options& o) { return std::string(pipeline::to_text(o.log_level)); }, "verbose",
         "error, warning, notice, info or debug is accepted"},
        {"report", "json", "json",
         [](const Options& o) { return o.report == pipeline::ReportFormat::Json ? "json" : "text"; }, "xml",
         "text or json is accepted"},
    };
    return cases;
}

// A bad value as an error shows it.
std::string shown(const std::string& bad) {
    return bad == "/a\nb" ? "'/a\\x0ab'" : "'" + bad + "'";
}

// The table's option beside --consumers, unless it is that one.
Arguments complete(const OptionCase& each, Arguments arguments) {
    return each.name == "consumers" ? arguments : with_consumers(std::move(arguments));
}

}  // namespace

TEST_CASE("every option takes its value in both ways of writing", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        CHECK(each.read(options_of(complete(each, {"--" + each.name, each.good}))) == each.shown);
        CHECK(each.read(options_of(complete(each, {"--" + each.name + "=" + each.good}))) == each.shown);
    }
}

TEST_CASE("every bad value is refused with the option, the value and what is accepted", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        const std::string expected = "--" + each.name + " " + shown(each.bad) + ": " + each.accepted;
        CHECK(error_of(complete(each, {"--" + each.name, each.bad})) == expected);
        CHECK(error_of(complete(each, {"--" + each.name + "=" + each.bad})) == expected);
    }
}

TEST_CASE("every option refuses an empty value and a missing one with what is accepted", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        const std::string option = "--" + each.name;
        CHECK(error_of({option, ""}) == option + " '': " + each.accepted);
        const std::string missing = option + " has no value: " + each.accepted;
        CHECK(error_of({option + "="}) == missing);
        CHECK(error_of({option}) == missing);
        CHECK(error_of({option, "--once"}) == missing);
        CHECK(error_of({option, "--help"}) == missing);
    }
}

TEST_CASE("every option is refused when it is given twice", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        CHECK(error_of({"--" + each.name, each.good, "--" + each.name + "=" + each.good}) ==
              "--" + each.name + " is given twice, '" + each.good + "' and '" + each.good +
                  "': one value is accepted");
    }
    CHECK(error_of({"--once", "--once"}) == "--once is given twice: once is accepted");
}

TEST_CASE("every option can stand in a file, and the command line wins", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        const TemporaryFile good("# a comment\n\n" + each.name + " = " + each.good + "\n");
        CHECK(each.read(options_of(complete(each, {"--config", good.path()}))) == each.shown);

        if (each.bad == "/a\nb") continue;  // a line cannot hold it
        const TemporaryFile bad(each.name + " = " + each.bad + "\n");
        const auto refusal = refusal_of([&] { return parse(complete(each, {"--config", bad.path()})); });
        REQUIRE(refusal.has_value());
        CHECK(refusal->status == ExitStatus::Configuration);
        CHECK(refusal->text ==
              "--config '" + bad.path() + "': " + each.name + " " + shown(each.bad) + ": " + each.accepted);
    }
    const TemporaryFile file("consumers = 7\nname = from-file\nring-capacity = 8\nonce = true\n");
    const auto options = options_of({"--name=mine", "--config", file.path(), "--ring-capacity", "16"});
    CHECK(options.consumers.text() == "7");
    CHECK(options.name == "mine");
    CHECK(options.ring_capacity == 16);
    CHECK(options.once);
}

TEST_CASE("no option may be abbreviated", "[options]") {
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        const std::string option = "--" + each.name.substr(0, each.name.size() - 1);
        CHECK(error_of({option, each.good}) == "unknown option '" + option + "': did you mean --" +
                                                   each.name + "? --help lists what is accepted");
    }
}

TEST_CASE("the help has every option and fits a screen", "[options]") {
    const auto help = answer_of({"--help"});
    for (const auto& each : all_options()) {
        CAPTURE(each.name);
        CHECK(help.find("\n  --" + each.name + " ") != std::string::npos);
    }
    for (const auto* name : {"once", "from-start", "isolate", "confine", "config", "help", "version"}) {
        CAPTURE(name);
        CHECK(help.find("\n  --" + std::string(name) + " ") != std::string::npos);
    }
    std::istringstream lines(help);
    std::size_t count = 0;
    std::size_t options = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        CHECK((line.empty() || line.back() != ' '));
        if (line.starts_with("  --")) ++options;
    }
    CHECK(count <= 55);
    CHECK(options == all_options().size() + 7);  // the table above has forgotten none
    for (const auto* value :
         {"16384", "256", "100ms", "5min", "1min", "spool:STATE/spool", "sqlite:STATE/invoices.db",
          "invoice-pipeline", "ubl", "default 3", "required"}) {
        CAPTURE(value);
        CHECK(help.find(value) != std::string::npos);
    }
}

TEST_CASE("help and version are answered whatever else is wrong with the values", "[options]") {
    CHECK(answer_of({"--version"}) == "supervisor (invoice-pipeline) " PIPELINE_VERSION "\n");
    CHECK(answer_of({"--version", "--consumers", "x"}) == answer_of({"--version"}));
    CHECK(answer_of({"--ring-capacity", "1", "--help"}) == answer_of({"--help"}));
    CHECK(answer_of({"--version", "--help"}) == answer_of({"--help"}));
    CHECK(answer_of({"--help", "--config", "/nonexistent/file"}) == answer_of({"--help"}));
}

TEST_CASE("what is not given has its default", "[options]") {
    const auto options = options_of({"--consumers", "4"});
    CHECK(options.consumers.text() == "4");
    CHECK(options.source.text() == "spool:/home/u/.local/state/invoice-pipeline/spool");
    CHECK(options.process.text() == "ubl");
    CHECK(options.ledger.text() == "sqlite:/home/u/.local/state/invoice-pipeline/invoices.db");
    CHECK_FALSE(options.once);
    CHECK_FALSE(options.rate.has_value());
    CHECK(options.spool.rescan == 30s);
    CHECK(options.spool.settle_time == 1s);
    CHECK(options.spool.include.empty());
    CHECK(options.spool.exclude.empty());
    CHECK(options.name == "invoice-pipeline");
    CHECK(options.ring_capacity == 16'384);
    CHECK(options.storage_capacity == 16'384);
    CHECK(options.batch_max == 256);
    CHECK(options.item_timeout == 5min);
    CHECK(options.max_attempts == 3);
    CHECK(options.flush_interval == 100ms);
    CHECK(options.drain_timeout == 60s);
    CHECK(options.state_dir == "/home/u/.local/state/invoice-pipeline");
    CHECK(options.runtime_dir == "/run/user/1/invoice-pipeline");
    CHECK(options.log_level == pipeline::LogLevel::Info);
    CHECK(options.report == pipeline::ReportFormat::Text);
    CHECK(options_of({"--consumers", "4", "--once"}).once);
}

TEST_CASE("the directories follow --state-dir and --runtime-dir", "[options]") {
    const auto here = std::filesystem::current_path();
    const auto options = options_of(with_consumers({"--state-dir", "st/../state"}));
    CHECK(options.state_dir == here / "state");
    CHECK(options.source.path == here / "state/spool");
    CHECK(options.ledger.path == here / "state/invoices.db");
    CHECK(options.runtime_dir == "/run/user/1/invoice-pipeline");

    const Arguments only_state = with_consumers({"--state-dir=/st"});
    const auto bare = std::get<Options>(parse_options(pointers_to(only_state), environment_of({})));
    CHECK(bare.runtime_dir == "/st");
}

TEST_CASE("without any place for the state, the option that gives one is named", "[options]") {
    const Arguments arguments = with_consumers({});
    CHECK(usage_error_of([&] { return parse_options(pointers_to(arguments), environment_of({})); }) ==
          "--state-dir is missing: give a directory, because STATE_DIRECTORY, XDG_STATE_HOME and HOME name "
          "none");
}

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
    const std::string only = ": only options are accepted, --help lists them";
    CHECK(error_of(with_consumers({"spool"})) == "unexpected argument 'spool'" + only);
    CHECK(error_of(with_consumers({""})) == "unexpected argument ''" + only);
    CHECK(error_of(with_consumers({"spool", "--", "true"})) == "unexpected argument 'spool'" + only);
    CHECK(error_of(with_consumers({"--once", "yes"})) == "unexpected argument 'yes'" + only);
    CHECK(error_of({"--once=yes"}) == "--once 'yes': no value is accepted");
    CHECK(error_of({"--help=all"}) == "--help 'all': no value is accepted");
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

TEST_CASE("options that cannot go together are refused together", "[options]") {
    CHECK(error_of(with_consumers({"--source=sequence:5"})) ==
          "--process 'ubl' cannot read --source 'sequence:5', which has no files: with a sequence, none, "
          "simulate:DURATION, exec:COMMAND or each:COMMAND is accepted");
    CHECK(options_of(with_consumers({"--source=sequence", "--process=none"})).source.text() == "sequence");

    CHECK(error_of(with_consumers({"--source=lines:/ids", "--ledger=sqlite:/x/../ids"})) ==
          "--ledger 'sqlite:/ids' is the file of --source 'lines:/ids': another file is accepted");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/l.db"})) ==
          "--ledger 'sqlite:/in/l.db' is in the directory of --source 'spool:/in' and would be taken for an "
          "invoice: a file elsewhere is accepted");
    CHECK(options_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/.l.db"})).ledger.path ==
          "/in/.l.db");
    CHECK(options_of(with_consumers({"--source=spool:/in", "--ledger=sqlite:/in/l/l.db"})).ledger.path ==
          "/in/l/l.db");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--runtime-dir=/in"})) ==
          "--runtime-dir '/in' is the directory of --source 'spool:/in' and its locks would be taken for "
          "invoices: "
          "another directory is accepted");
    CHECK(error_of(with_consumers({"--source=spool:/in", "--shm-dir=/in"})) ==
          "--shm-dir '/in' is the directory of --source 'spool:/in' and its segments would be taken for "
          "invoices: "
          "another directory is accepted");
}

TEST_CASE("a command after -- is run for each invoice, and ends with a source that ends", "[options]") {
    const auto options =
        options_of(with_consumers({"--source=lines:/ids", "--", "convert", "a b", "{}", "--once"}));
    CHECK(options.process.kind == pipeline::ProcessSpec::Kind::Each);
    CHECK(options.process.command == Arguments{"convert", "a b", "{}", "--once"});
    CHECK(options.once);
    CHECK(options_of(with_consumers({"--source=lines:-", "--", "a"})).once);
    CHECK(options_of(with_consumers({"--source=sequence:3", "--", "a"})).once);
    CHECK_FALSE(options_of(with_consumers({"--", "a"})).once);
    CHECK(options_of(with_consumers({"--once", "--", "a"})).once);
    CHECK(options_of(with_consumers({"--", "a", "--", "b"})).process.command == Arguments{"a", "--", "b"});

    const std::string nothing = "-- is followed by no command: a program and its arguments are accepted";
    CHECK(error_of(with_consumers({"--"})) == nothing);
    CHECK(error_of(with_consumers({"--", ""})) == nothing);
    CHECK(error_of(with_consumers({"--process=none", "--", "a"})) ==
          "--process and a command after -- are given: one of them is accepted");
    CHECK(error_of(with_consumers({"--process", "none", "--", "a"})) ==
          "--process and a command after -- are given: one of them is accepted");
}

TEST_CASE("options of work outside are accepted where there is some", "[options]") {
    const auto exec = options_of(
        with_consumers({"--process=exec:./book", "--request=json", "--pipeline=64", "--memory-limit=512MiB",
                        "--max-items-per-child=1000", "--start-timeout=2min"}));
    CHECK(exec.outside.start_timeout == std::chrono::minutes(2));
    CHECK(exec.outside.request == pipeline::RequestForm::Json);
    CHECK(exec.outside.pipeline == 64);
    CHECK(exec.outside.memory_limit == 536'870'912);
    CHECK(exec.outside.max_items_per_child == 1000);
    CHECK(options_of(with_consumers({"--isolate", "--pipeline=4", "--memory-limit=1GiB"})).outside.isolate);
    CHECK(options_of(with_consumers({"--process=each:a", "--memory-limit=1GiB"})).outside.memory_limit ==
          1U << 30U);

    CHECK(error_of(with_consumers({"--pipeline=2"})) ==
          "--pipeline does not go with --process 'ubl': exec:COMMAND, or --isolate, is accepted with it");
    CHECK(error_of(with_consumers({"--process=each:a", "--pipeline=2"})) ==
          "--pipeline does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted with it");
    CHECK(
        error_of(with_consumers({"--process=each:a", "--max-items-per-child=2"})) ==
        "--max-items-per-child does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted "
        "with it");
    CHECK(error_of(with_consumers({"--process=each:a", "--start-timeout=2s"})) ==
          "--start-timeout does not go with --process 'each:a': exec:COMMAND, or --isolate, is accepted with "
          "it");
    CHECK(error_of(with_consumers({"--isolate", "--request=json"})) ==
          "--request does not go with --process 'ubl': exec:COMMAND is accepted with it");
    CHECK(error_of(with_consumers({"--process=exec:a", "--isolate"})) ==
          "--isolate does not go with --process 'exec:a': a program is outside already");
    CHECK(options_of(with_consumers({"--process=each:a", "--confine"})).outside.confine);
    CHECK(options_of(with_consumers({"--isolate", "--confine"})).outside.confine);
    CHECK(error_of(with_consumers({"--confine"})) ==
          "--confine does not go with --process 'ubl': exec:COMMAND, each:COMMAND, or --isolate, is accepted "
          "with it");
    CHECK(options_of(with_consumers({"--memory-limit=1GiB"})).outside.memory_limit == 1U << 30U);
    CHECK(error_of(with_consumers({"--process=exec:a", "--pipeline=8", "--batch-max=7"})) ==
          "--pipeline '8' is more than --batch-max 7: at most as many are accepted");
}

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
    const TemporaryFile file(wanted.text);
    const auto refusal = refusal_of([&] { return parse(with_consumers({"--config", file.path()})); });
    REQUIRE(refusal.has_value());
    CHECK(refusal->status == ExitStatus::Configuration);
    CHECK(refusal->text == "--config '" + file.path() + "': " + wanted.error);
}

TEST_CASE("a switch in a file is on or off", "[options]") {
    for (const auto* on : {"true", "yes", "on", "1"}) {
        const TemporaryFile file("once = " + std::string(on) + "\n");
        CHECK(options_of(with_consumers({"--config", file.path()})).once);
    }
    for (const auto* off : {"false", "no", "off", "0"}) {
        const TemporaryFile file("once = " + std::string(off) + "\n");
        CHECK_FALSE(options_of(with_consumers({"--config", file.path()})).once);
        CHECK(options_of(with_consumers({"--config", file.path(), "--once"})).once);
    }
}

TEST_CASE("a file that cannot be read is no input", "[options]") {
    const std::string advice = "; a readable file of lines NAME = VALUE is accepted";
    const auto missing = refusal_of([] { return parse({"--config", "/nonexistent/file"}); });
    REQUIRE(missing.has_value());
    CHECK(missing->status == ExitStatus::NoInput);
    CHECK(missing->text == "--config '/nonexistent/file': No such file or directory" + advice);
    const auto directory = refusal_of([] { return parse({"--config", "/"}); });
    REQUIRE(directory.has_value());
    CHECK(directory->status == ExitStatus::NoInput);
    CHECK(directory->text == "--config '/': Is a directory" + advice);

    const TemporaryFile large(std::string((1U << 20U) + 1, '#'));
    const auto refusal = refusal_of([&] { return parse({"--config", large.path()}); });
    REQUIRE(refusal.has_value());
    CHECK(refusal->status == ExitStatus::Configuration);
    CHECK(refusal->text == "--config '" + large.path() + "': a file of at most 1 MiB is accepted");

    CHECK(error_of({"--config", ""}) == "--config '': the path of a file is accepted");
    CHECK(error_of({"--config"}) == "--config has no value: the path of a file is accepted");
}

TEST_CASE("no command line does anything but give options, an answer or one line", "[options]") {
    std::random_device device;
    const auto seed = device();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::vector<std::string> words = {"--",
                                      "-",
                                      "",
                                      "=",
                                      "--=",
                                      "-x",
                                      "x",
                                      "\n",
                                      "\x7f",
                                      "--once",
                                      "--help=",
                                      "--config=/nonexistent",
                                      "--no\nthing=1",
                                      "2",
                                      "0",
                                      "sequence",
                                      "none"};
    for (const auto& each : all_options()) {
        words.push_back("--" + each.name);
        words.push_back("--" + each.name + "=");
        words.push_back("--" + each.name + "=" + each.good);
        words.push_back("--" + each.name + "=" + each.bad);
        words.push_back(each.good);
    }
    std::uniform_int_distribution<std::size_t> pick(0, words.size() - 1);
    std::uniform_int_distribution<std::size_t> length(0, 5);
    for (int round = 0; round < 3000; ++round) {
        Arguments arguments(length(random));
        for (auto& argument : arguments) argument = words[pick(random)];
        CAPTURE(arguments);
        std::optional<Options> options;
        const auto refusal = refusal_of([&] {
            const auto result = parse(arguments);
            if (const auto* given = std::get_if<Options>(&result)) options = *given;
            return 0;
        });
        if (options) CHECK((options->consumers.least >= 1 && options->consumers.most <= 256));
        if (refusal) CHECK((refusal->status == ExitStatus::Usage || refusal->status == ExitStatus::NoInput));
    }
}

TEST_CASE("a source is begun anew only if it has a cursor", "[options]") {
    CHECK(options_of(with_consumers({"--source=lines:/ids", "--from-start"})).from_start);
    CHECK(options_of(with_consumers({"--source=sequence:3", "--process=none", "--from-start"})).from_start);
    CHECK_FALSE(options_of(with_consumers({"--source=lines:/ids"})).from_start);
    CHECK(error_of(with_consumers({"--source=spool:/in", "--from-start"})) ==
          "--from-start does not go with --source 'spool:/in', which is looked through from its beginning "
          "always: lines:FILE, lines:- or sequence is accepted with it");
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
