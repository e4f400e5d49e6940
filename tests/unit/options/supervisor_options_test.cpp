// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/options.hpp"

#include <functional>
#include <random>
#include <sstream>

#include "common/cli/config_file.hpp"
#include "common/spec/byte_size.hpp"
#include "common/spec/values.hpp"
#include "tests/unit/options/supervisor_arguments.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

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
std::string size_text(const std::string& least, const std::string& most) {
    return "a size from " + least + " to " + most + " is accepted, with a unit (KiB, MiB or GiB)";
}
std::string time_text(const std::string& range) {
    return range + " is accepted, with a unit (ns, us, ms, s, min or h)";
}

const std::string kPatternText =
    "a pattern for names of files is accepted, such as '*.xml' or '@(*.tmp|*.part)', without '/'";
const std::string kPathText = "a path of 1 to 4095 bytes without NUL or newline is accepted";

// Every option of the supervisor that takes a value.
const std::vector<OptionCase>& all_options() {
    static const std::vector<OptionCase> cases = {
        {"consumers", "2..256", "2..256", [](const Options& o) { return o.consumers.text(); }, "257",
         kConsumersText},
        {"source", "lines:/ids", "lines:/ids", [](const Options& o) { return o.source.text(); }, "ids.txt",
         "spool:DIR, lines:FILE, lines:- (stdin), lines0:FILE, lines0:-, "
         "sequence[:COUNT], exec:COMMAND, table:NAME or nats://HOST/STREAM/NAME is accepted"},
        {"process", "simulate:cpu=50us", "simulate:cpu=50us",
         [](const Options& o) { return o.process.text(); }, "simulate:50",
         "invoice (or ubl), none, simulate:DURATION, simulate:cpu=DURATION (DURATION such as 50us), "
         "exec:COMMAND or "
         "each:COMMAND is accepted"},
        {"ledger", "none", "none", [](const Options& o) { return o.ledger.text(); }, "/var/x.db",
         "sqlite:FILE, postgresql://... or none is accepted"},
        {"fail-on", "rejected", "rejected",
         [](const Options& o) {
             return o.fail_on == pipeline::FailOn::Rejected ? "rejected" : "failed or never";
         },
         "booked", "failed, rejected or never is accepted"},
        {"halt-after", "10%", "10%",
         [](const Options& o) { return o.halt_after ? o.halt_after->text() : "never"; }, "0",
         "a whole number from 1 to 1099511627776, or a share from 1% to 100%, is accepted"},
        {"rate", "0.5/s", "0.5/s", [](const Options& o) { return pipeline::rate_text(o.rate.value_or(0)); },
         "4000", "a number from 0.000001 to 1000000000 followed by /s is accepted, such as 4000/s"},
        {"rescan", "0", "0", [](const Options& o) { return pipeline::to_text(o.spool.rescan); }, "500ms",
         time_text("0 or a duration from 1s to 24h")},
        {"settle-time", "250ms", "250ms",
         [](const Options& o) { return pipeline::to_text(o.spool.settle_time); }, "2h",
         time_text("0 or a duration from 1ms to 1h")},
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
        {"body-capacity", "10MiB", "10MiB",
         [](const Options& o) { return pipeline::byte_size_text(o.body_capacity); }, "9KiB",
         size_text("10KiB", "64GiB")},
        {"result-capacity", "3MiB", "3MiB",
         [](const Options& o) { return pipeline::byte_size_text(o.result_capacity); }, "65GiB",
         size_text("10KiB", "64GiB")},
        {"body-max", "1KiB", "1KiB", [](const Options& o) { return pipeline::byte_size_text(o.body_max); },
         "0", size_text("1KiB", "60MiB")},
        {"batch-max", "1", "1", [](const Options& o) { return std::to_string(o.batch_max); }, "257",
         count_text(1, 256)},
        {"item-timeout", "0", "0", [](const Options& o) { return pipeline::to_text(o.item_timeout); }, "5",
         time_text("0 or a duration from 1ms to 8760h")},
        {"max-attempts", "255", "255", [](const Options& o) { return std::to_string(o.max_attempts); }, "0",
         count_text(1, 255)},
        {"flush-interval", "1ms", "1ms", [](const Options& o) { return pipeline::to_text(o.flush_interval); },
         "2h", time_text("a duration from 1ms to 1h")},
        {"drain-timeout", "24h", "24h", [](const Options& o) { return pipeline::to_text(o.drain_timeout); },
         "25h", time_text("a duration from 1ms to 24h")},
        {"request", "id", "id",
         [](const Options& o) { return o.outside.request == pipeline::RequestForm::Json ? "json" : "id"; },
         "xml", "id, json or raw is accepted"},
        {"stdin", "none", "none",
         [](const Options& o) {
             return o.outside.standard_input == pipeline::InputForm::Body ? "body" : "none";
         },
         "id", "none or body is accepted"},
        {"pipeline", "1", "1", [](const Options& o) { return std::to_string(o.outside.pipeline); }, "257",
         count_text(1, 256)},
        {"start-timeout", "30s", "30s",
         [](const Options& o) { return pipeline::to_text(o.outside.start_timeout); }, "5",
         time_text("0 or a duration from 1ms to 8760h")},
        {"memory-limit", "0", "0", [](const Options& o) { return std::to_string(o.outside.memory_limit); },
         "1000", "0 (no limit) or a size from 1MiB to 1048576GiB is accepted, with a unit (KiB, MiB or GiB)"},
        {"max-items-per-child", "0", "0",
         [](const Options& o) { return std::to_string(o.outside.max_items_per_child); }, "1000000001",
         count_text(0, 1'000'000'000)},
        {"invoice-max-size", "5MiB", "5MiB",
         [](const Options& o) { return pipeline::byte_size_text(o.outside.invoice_max_size); }, "1",
         size_text("1KiB", "1048576GiB")},
        {"same-number", "reject", "2",
         [](const Options& o) { return std::to_string(static_cast<int>(o.outside.same_number)); }, "skip",
         "book, mark or reject is accepted"},
        {"state-dir", "/state/", "/state", [](const Options& o) { return o.state_dir.native(); }, "/a\nb",
         kPathText},
        {"runtime-dir", "/run/x", "/run/x", [](const Options& o) { return o.runtime_dir.native(); }, "/a\nb",
         kPathText},
        {"shm-dir", "/run/x/", "/run/x", [](const Options& o) { return o.shm_dir.native(); }, "/a\nb",
         kPathText},
        {"log-level", "debug", "debug",
         [](const Options& o) { return std::string(pipeline::to_text(o.log_level)); }, "verbose",
         "error, warning, notice, info or debug is accepted"},
        {"log-format", "json", "json",
         [](const Options& o) { return std::string(pipeline::to_text(o.log_format)); }, "xml",
         "text or json is accepted"},
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
        const OptionsFile good("# a comment\n\n" + each.name + " = " + each.good + "\n");
        CHECK(each.read(options_of(complete(each, {"--config", good.path()}))) == each.shown);

        const OptionsFile bad(each.name + " = " + config_value(each.bad) + "\n");
        const auto refusal = refusal_of([&] { return parse(complete(each, {"--config", bad.path()})); });
        REQUIRE(refusal);
        CHECK(refusal.status == ExitStatus::Configuration);
        CHECK(refusal.text ==
              "--config " + bad.path() + ":1: " + each.name + " " + shown(each.bad) + ": " + each.accepted);
    }
    const OptionsFile file("consumers = 7\nname = from-file\nring-capacity = 8\nonce = true\n");
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
    for (const auto* name :
         {"once", "from-start", "isolate", "confine", "check", "print-config", "config", "help", "version"}) {
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
    CHECK(count <= 68);
    CHECK(options == all_options().size() + 16);  // the table above has forgotten none
    for (const auto* value :
         {"16384", "256", "100ms", "5min", "1min", "spool:STATE/spool", "sqlite:STATE/invoices.db",
          "invoice-pipeline", "invoice, none", "default 3", "required"}) {
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
        if (refusal) CHECK((refusal.status == ExitStatus::Usage || refusal.status == ExitStatus::NoInput));
    }
}
