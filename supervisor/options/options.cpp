// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/cli/settings.hpp"
#include "common/core/layout.hpp"
#include "common/spec/byte_size.hpp"
#include "common/spec/placeholders.hpp"
#include "common/spec/words.hpp"
#include "supervisor/options/combinations.hpp"
#include "supervisor/options/other_programs.hpp"

namespace pipeline {
namespace {

constexpr HelpTitles kTitles = {
    "What to do",
    "What to do",
    "Programs (each: has {} {path} {attempt} {/} {//} {.} {/.} {#} {%}; no shell)",
    "Sizes and limits (TIME has a unit: ns, us, ms, s, min, h)",
    "Places and other",
    "Places and other"};

[[noreturn]] void usage(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

CommandOption consumers_option(ConsumerRange& field) {
    return required(
        with_letters(
            value_option(
                "consumers", "N", fmt::format("1 to {}, MIN..MAX or auto (also -j, -P)", kMaxPlaces), field,
                [](std::string_view text) {
                    return parse_consumers(text, std::thread::hardware_concurrency());
                },
                [](const ConsumerRange& range) { return range.text(); }),
            "jP"),
        fmt::format("give the number of consumers, 1 to {}, or MIN..MAX, or auto", kMaxPlaces));
}

constexpr std::array<std::pair<std::string_view, FailOn>, 3> kFailOn{
    {{"failed", FailOn::Failed}, {"rejected", FailOn::Rejected}, {"never", FailOn::Never}}};

CommandOption fail_on_option(std::optional<FailOn>& field) {
    const auto parse = [](std::string_view text) -> std::optional<FailOn> {
        for (const auto& [word, value] : kFailOn) {
            if (word == text) return value;
        }
        throw std::invalid_argument("failed, rejected or never is accepted");
    };
    const auto show = [](const std::optional<FailOn>& value) -> std::optional<std::string> {
        for (const auto& [word, each] : kFailOn) {
            if (value == each) return std::string(word);
        }
        return std::nullopt;
    };
    return with_words(
        with_fallback(value_option("fail-on", "OUTCOME", "exit status 1 for any", field, parse, show),
                      "never, --once: failed"),
        {"failed", "rejected", "never"});
}

CommandOption halt_after_option(std::optional<HaltAfter>& field) {
    return value_option("halt-after", "N|P%", "drain once so many, or P% of 20 or more, are failed", field,
                        parse_halt_after, [](const std::optional<HaltAfter>& after) {
                            return after ? std::optional(after->text()) : std::nullopt;
                        });
}

CommandOption capacity_option(std::string name, std::string_view what, std::uint32_t& field) {
    return count_option(std::move(name), fmt::format("{}, {} to {}", what, kMinCapacity, kMaxCapacity), field,
                        kMinCapacity, kMaxCapacity);
}

CommandOption byte_capacity_option(std::string name, std::string what, std::uint64_t& field) {
    return bytes_option(std::move(name), std::move(what), field, least_body_capacity(kLeastBodyMax),
                        kMostByteCapacity);
}

CommandOption report_option(ReportFormat& field) {
    return with_words(
        value_option(
            "report", "FORM", "of the summary: text or json", field,
            [](std::string_view text) {
                if (text == "text") return ReportFormat::Text;
                if (text == "json") return ReportFormat::Json;
                throw std::invalid_argument("text or json is accepted");
            },
            [](ReportFormat format) { return std::string(format == ReportFormat::Json ? "json" : "text"); }),
        {"text", "json"});
}

}  // namespace

CommandLine declare(Options& options) {
    auto groups = pipeline_groups({options, &options, &options}, kTitles);
    option_named(groups, "source").fallback = "spool:STATE/spool";
    option_named(groups, "ledger").fallback = "sqlite:STATE/invoices.db";
    insert_before(groups, "source", {consumers_option(options.consumers)});
    insert_before(groups, "rate",
                  {switch_option("from-start", "begin the source anew: what is booked is recognised",
                                 options.from_start),
                   fail_on_option(options.fail_on), halt_after_option(options.halt_after)});
    insert_before(
        groups, "batch-max",
        {capacity_option("ring-capacity", "most invoices waiting", options.ring_capacity),
         capacity_option("storage-capacity", "most results waiting", options.storage_capacity),
         byte_capacity_option("body-capacity", "for bodies and long ids that wait", options.body_capacity),
         byte_capacity_option("result-capacity", "for results and long ids that wait",
                              options.result_capacity)});
    insert_before(groups, "shm-dir",
                  {state_dir_option(options.state_dir), runtime_dir_option(options.runtime_dir)});
    append(groups, kTitles.back(),
           {report_option(options.report),
            action_option("check", "say whether a start would succeed; start nothing", options.checks),
            action_option("print-config", "the settings, as lines for --config; start nothing",
                          options.shows_config)});
    return {"supervisor",
            "--consumers N [OPTION...] [-- COMMAND [ARGUMENT...]]",
            "Moves invoices from a source through N processes into a ledger, each once.",
            std::move(groups),
            true,
            true,
            hints_for_other_programs()};
}

namespace {

// True if --source was given neither on the command line nor in a file: its spec is a spool without a path
// then.
bool is_source_missing(const Options& options) noexcept {
    return options.source.kind == SourceSpec::Kind::Spool && options.source.path.empty();
}

// Fills in the default directories and paths. If --ledger was not given, its spec is an SQLite file without a
// path.
void complete(Options& options, const Environment& environment) {
    if (options.state_dir.empty()) {
        const auto found = default_state_directory(environment);
        if (!found) {
            usage(
                "--state-dir is missing: give a directory, because STATE_DIRECTORY, XDG_STATE_HOME and HOME "
                "name none");
        }
        options.state_dir = *found;
    }
    options.of_once = {!options.hold_for, !options.retry.give_up_after, !options.fail_on};
    follow_once(options);
    // A service has STATE_DIRECTORY, and people who look at its ledger have not.
    const auto of_people = default_state_directory([&](const char* variable) {
        return std::string_view(variable) == "STATE_DIRECTORY" ? nullptr : environment(variable);
    });
    options.is_usual_state_dir = of_people == options.state_dir;
    if (options.runtime_dir.empty()) {
        options.runtime_dir = default_runtime_directory(environment).value_or(options.state_dir);
    }
    if (is_source_missing(options)) {
        options.source.path = options.state_dir / "spool";
        options.source_choice = SourceChoice::Default;
    }
    if (options.halt_after && options.ring_capacity == kUsualRingCapacity)
        options.ring_capacity = std::max(kMinCapacity, 2 * options.consumers.most);
    if (options.ledger.kind == LedgerSpec::Kind::Sqlite && options.ledger.path.empty()) {
        options.ledger.path = options.state_dir / "invoices.db";
    }
}

// Returns the file of --config, which must have been accepted; an empty text if there is none.
std::string config_file_of(std::span<const char* const> given) {
    constexpr std::string_view kOption = "--config";
    for (std::size_t i = 0; i < given.size(); ++i) {
        const std::string_view argument = given[i];
        if (argument == kOption && i + 1 < given.size()) return given[i + 1];
        if (argument.starts_with("--config=")) return std::string(argument.substr(kOption.size() + 1));
    }
    return {};
}

// Returns the number of arguments before "--". After "--", the user may give the command for each invoice.
std::size_t find_command(std::span<const char* const> arguments) noexcept {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [](std::string_view argument) { return argument == "--"; });
    return static_cast<std::size_t>(found - arguments.begin());
}

// Refuses the words that separate a command of GNU parallel from its ids: the command would get the ids as
// its arguments. --process each:COMMAND takes such words.
void refuse_parallel(std::span<const char* const> command) {
    constexpr std::array<std::string_view, 4> kSeparators{":::", "::::", ":::+", "::::+"};
    for (const std::string_view word : command) {
        if (std::find(kSeparators.begin(), kSeparators.end(), word) == kSeparators.end()) continue;
        usage(
            fmt::format("{} in the command: ids come from a pipe or --source lines:FILE, as in "
                        "'ls in/* | supervisor -j 2 -- COMMAND {{}}'",
                        word));
    }
}

// Sets the options that `command`, given after "--", stands for: --process each:COMMAND, standard input as
// the source if that is piped and no other was given, and --once if the source has an end. So a command line
// works as with xargs(1).
void take_command(std::span<const char* const> command, std::span<const char* const> options_given,
                  bool has_piped_ids, Options& options) {
    if (command.empty() || *command.front() == '\0') {
        usage("-- is followed by no command: a program and its arguments are accepted");
    }
    for (const std::string_view argument : options_given) {
        if (argument == "--process" || argument.starts_with("--process=")) {
            usage("--process and a command after -- are given: one of them is accepted");
        }
    }
    refuse_parallel(command);
    options.process = ProcessSpec();
    options.process.kind = ProcessSpec::Kind::Each;
    options.process.command.assign(command.begin(), command.end());
    const std::string text = join_words(options.process.command);
    try {
        static_cast<void>(parse_command(text));  // as the consumers will
        check_placeholders(options.process.command);
    } catch (const std::invalid_argument& error) {
        usage(fmt::format("-- {}: {}", in_quotes(text.substr(0, 200)), error.what()));
    }
    options.has_command = true;
    if (has_piped_ids && is_source_missing(options)) {
        options.source = {SourceSpec::Kind::StandardInput, {}, std::nullopt};
        options.source_choice = SourceChoice::StandardInput;
    }
    if (options.source.traits().end != SourceTraits::End::Never) options.once = true;
}

}  // namespace

void follow_once(Options& options) {
    using std::chrono::nanoseconds;
    const bool once = options.once;
    if (options.of_once.hold_for)
        options.hold_for = once ? std::optional<nanoseconds>(kDefaultHoldOnce) : std::nullopt;
    if (options.of_once.give_up_after)
        options.retry.give_up_after = once ? std::optional<nanoseconds>(kDefaultGiveUpOnce) : std::nullopt;
    if (options.of_once.fail_on) options.fail_on = once ? FailOn::Failed : FailOn::Never;
}

std::variant<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                               const Environment& environment, bool has_piped_ids) {
    Options options;
    const std::size_t end = find_command(arguments);
    const auto given = arguments.first(end);
    if (auto early = parse_command_line(declare(options), given)) return *std::move(early);
    if (end < arguments.size()) take_command(arguments.subspan(end + 1), given, has_piped_ids, options);
    options.config_file = config_file_of(given);
    complete(options, environment);
    options.name_source();
    check_combination(options);
    if (options.shows_config) return EarlyExit{settings_text(declare(options))};
    return options;
}

}  // namespace pipeline
