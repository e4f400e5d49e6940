// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/core/layout.hpp"

namespace pipeline {
namespace {

[[noreturn]] void usage(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

CommandOption consumers_option(ConsumerRange& field) {
    return required(
        value_option(
            "consumers", "N", fmt::format("processes, 1 to {}; MIN..MAX or auto: by the load", kMaxPlaces),
            field,
            [](std::string_view text) { return parse_consumers(text, std::thread::hardware_concurrency()); },
            [](const ConsumerRange& range) { return range.text(); }),
        fmt::format("give the number of consumers, 1 to {}, or MIN..MAX, or auto", kMaxPlaces));
}

CommandOption capacity_option(std::string name, std::string_view what, std::uint32_t& field) {
    return count_option(std::move(name), fmt::format("{}, {} to {}", what, kMinCapacity, kMaxCapacity), field,
                        kMinCapacity, kMaxCapacity);
}

CommandOption report_option(ReportFormat& field) {
    return value_option(
        "report", "FORM", "of the summary: text or json", field,
        [](std::string_view text) {
            if (text == "text") return ReportFormat::Text;
            if (text == "json") return ReportFormat::Json;
            throw std::invalid_argument("text or json is accepted");
        },
        [](ReportFormat format) { return std::string(format == ReportFormat::Json ? "json" : "text"); });
}

}  // namespace

CommandLine declare(Options& options) {
    return {
        "supervisor",
        "--consumers N [OPTION...] [-- COMMAND [ARGUMENT...]]",
        "Moves invoices from a source through N processes into a ledger, each once.",
        {{"What to do",
          {consumers_option(options.consumers),
           with_fallback(source_option(options.source), "spool:STATE/spool"), process_option(options.process),
           with_fallback(ledger_option(options.ledger), "sqlite:STATE/invoices.db"),
           once_option(options.once),
           switch_option("from-start", "begin the source anew: what is booked is recognised",
                         options.from_start),
           rate_option(options.rate)}},
         {"Spools", spool_options(options.spool)},
         {"Programs ({}, {path} and {attempt} are filled in by each:; no shell)",
          outside_options(options.outside)},
         {"Sizes and limits (TIME has a unit: ns, us, ms, s, min, h)",
          {capacity_option("ring-capacity", "most invoices waiting", options.ring_capacity),
           capacity_option("storage-capacity", "most results waiting", options.storage_capacity),
           batch_max_option(options.batch_max), item_timeout_option(options.item_timeout),
           max_attempts_option(options.max_attempts), flush_interval_option(options.flush_interval),
           drain_timeout_option(options.drain_timeout)}},
         {"Places",
          {name_option(options.name), state_dir_option(options.state_dir),
           with_fallback(directory_option("runtime-dir", "of locks", options.runtime_dir),
                         "$RUNTIME_DIRECTORY,\n"
                         "$XDG_RUNTIME_DIR/invoice-pipeline or STATE")}},
         {"Other", {log_level_option(options.log_level), report_option(options.report)}}},
        true};
}

namespace {

// Fills in defaults. A spec that was not given is a spool or an SQLite file without a path.
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
    if (options.runtime_dir.empty()) {
        options.runtime_dir = default_runtime_directory(environment).value_or(options.state_dir);
    }
    if (options.source.kind == SourceSpec::Kind::Spool && options.source.path.empty()) {
        options.source.path = options.state_dir / "spool";
    }
    if (options.ledger.kind == LedgerSpec::Kind::Sqlite && options.ledger.path.empty()) {
        options.ledger.path = options.state_dir / "invoices.db";
    }
}

// Where the options end: at "--", which precedes the command of the short form.
std::size_t find_command(std::span<const char* const> arguments) noexcept {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [](std::string_view argument) { return argument == "--"; });
    return static_cast<std::size_t>(found - arguments.begin());
}

// Expands the short form: each:COMMAND, and --once for a source that has an end, as with xargs.
void take_command(std::span<const char* const> command, std::span<const char* const> options_given,
                  Options& options) {
    if (command.empty() || *command.front() == '\0') {
        usage("-- is followed by no command: a program and its arguments are accepted");
    }
    for (const std::string_view argument : options_given) {
        if (argument == "--process" || argument.starts_with("--process=")) {
            usage("--process and a command after -- are given: one of them is accepted");
        }
    }
    options.process = {ProcessSpec::Kind::Each, {}, false, {command.begin(), command.end()}};
    if (options.source.kind != SourceSpec::Kind::Spool) options.once = true;
}

void refuse_unless(bool fits, std::string_view option, std::string_view accepted, const Options& options) {
    if (fits) return;
    usage(fmt::format("--{} does not go with --process {}: {}", option, in_quotes(options.process.text()),
                      accepted));
}

// Refuses options for work outside when nothing works outside.
void check_outside(const Options& options) {
    const OutsideOptions& outside = options.outside;
    const bool is_exec = options.process.kind == ProcessSpec::Kind::Exec;
    const bool is_program = options.process.is_program();
    constexpr std::string_view kLongLived = "exec:COMMAND, or --isolate, is accepted with it";
    refuse_unless(!outside.isolate || !is_program, "isolate", "a program is outside already", options);
    refuse_unless(outside.request == RequestForm::Id || is_exec, "request",
                  "exec:COMMAND is accepted with it", options);
    refuse_unless(outside.pipeline == 1 || is_exec || outside.isolate, "pipeline", kLongLived, options);
    refuse_unless(outside.max_items_per_child == 0 || is_exec || outside.isolate, "max-items-per-child",
                  kLongLived, options);
    refuse_unless(outside.memory_limit == 0 || is_program || outside.isolate, "memory-limit",
                  "exec:COMMAND, each:COMMAND, or --isolate, is accepted with it", options);
    if (outside.pipeline > options.batch_max) {
        usage(fmt::format("--pipeline '{}' is more than --batch-max {}: at most as many are accepted",
                          outside.pipeline, options.batch_max));
    }
}

// Refuses options that are valid alone but not together.
void check_combination(const Options& options) {
    check_outside(options);
    const auto source = in_quotes(options.source.text());
    if (options.process.kind == ProcessSpec::Kind::Ubl && options.source.kind == SourceSpec::Kind::Sequence) {
        usage(
            fmt::format("--process 'ubl' cannot read --source {}, which has no files: with a sequence, "
                        "none, simulate:DURATION, exec:COMMAND or each:COMMAND is accepted",
                        source));
    }
    if (options.from_start && !options.source.ordered()) {
        usage(
            fmt::format("--from-start does not go with --source {}, which is looked through from its "
                        "beginning always: lines:FILE, lines:- or sequence is accepted with it",
                        source));
    }
    const bool is_sqlite = options.ledger.kind == LedgerSpec::Kind::Sqlite;
    if (is_sqlite && options.source.kind == SourceSpec::Kind::Lines &&
        options.ledger.path == options.source.path) {
        usage(fmt::format("--ledger {} is the file of --source {}: another file is accepted",
                          in_quotes(options.ledger.text()), source));
    }
    if (options.source.kind != SourceSpec::Kind::Spool) {
        const bool has_include = !options.spool.include.empty();
        if (!has_include && options.spool.exclude.empty()) return;
        usage(fmt::format("--spool-{} {} does not go with --source {}: spool:DIR is accepted with it",
                          has_include ? "include" : "exclude",
                          in_quotes(has_include ? options.spool.include : options.spool.exclude), source));
    }
    const bool is_hidden = options.ledger.path.filename().native().starts_with('.');
    if (is_sqlite && !is_hidden && options.ledger.path.parent_path() == options.source.path) {
        usage(
            fmt::format("--ledger {} is in the directory of --source {} and would be taken for an invoice: "
                        "a file elsewhere is accepted",
                        in_quotes(options.ledger.text()), source));
    }
    if (options.runtime_dir == options.source.path) {
        usage(
            fmt::format("--runtime-dir {} is the directory of --source {} and its locks would be taken for "
                        "invoices: another directory is accepted",
                        in_quotes(options.runtime_dir.native()), source));
    }
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                               const Environment& environment) {
    Options options;
    const std::size_t end = find_command(arguments);
    const auto given = arguments.first(end);
    if (auto early = parse_command_line(declare(options), given)) return *std::move(early);
    if (end < arguments.size()) take_command(arguments.subspan(end + 1), given, options);
    complete(options, environment);
    check_combination(options);
    return options;
}

}  // namespace pipeline
