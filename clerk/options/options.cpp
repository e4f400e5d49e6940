// SPDX-License-Identifier: Apache-2.0
#include "clerk/options/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "clerk/options/hints.hpp"
#include "clerk/options/since.hpp"
#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/shm/lock_note.hpp"
#include "common/spec/nearest.hpp"
#include "common/spec/values.hpp"
#include "common/spec/words.hpp"

namespace pipeline {
namespace {

constexpr std::uint32_t kMostRows = 1'000'000;
constexpr std::size_t kMostPattern = 1000;

[[noreturn]] void usage(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

template <class T>
std::optional<std::string> shown_nowhere(const std::optional<T>& /*field*/) {
    return std::nullopt;  // the clerk passes its options to no child
}

std::vector<std::string> statuses_in_words() {
    return {kRowStatuses.begin(), kRowStatuses.end()};
}

std::vector<RowStatus> parse_statuses(std::string_view text) {
    std::vector<RowStatus> statuses;
    for (bool is_over = false; !is_over;) {
        const std::size_t end = text.find(',');
        const auto status = row_status_of(text.substr(0, end));
        if (!status) {
            throw std::invalid_argument(
                "failed, rejected, waiting or booked is accepted, or several of them with commas");
        }
        statuses.push_back(*status);
        is_over = end == std::string_view::npos;
        if (!is_over) text.remove_prefix(end + 1);
    }
    return statuses;
}

std::string parse_pattern(std::string_view text) {
    if (text.empty() || text.size() > kMostPattern || text.find('\0') != std::string_view::npos) {
        throw std::invalid_argument(
            fmt::format("a pattern of at most {} bytes for the whole reason is accepted, such as "
                        "'exit status 1*'",
                        kMostPattern));
    }
    return std::string(text);
}

ExportFormat parse_format(std::string_view text) {
    if (text == "csv") return ExportFormat::Csv;
    if (text == "json") return ExportFormat::Json;
    throw std::invalid_argument("csv or json is accepted");
}

std::string parse_archive(std::string_view text) {
    if (text.empty()) throw std::invalid_argument("the name of a file is accepted");
    return std::string(text);
}

OptionGroup row_options(ClerkOptions& options) {
    return {
        "Which rows (list, retry, export)",
        {with_fallback(
             with_words(value_option("status", "STATUS",
                                     "failed, rejected, waiting or booked, or several\nwith commas",
                                     options.statuses, parse_statuses, shown_nowhere<std::vector<RowStatus>>),
                        statuses_in_words()),
             "list: what is not booked,\nexport: all, retry: none"),
         value_option("reason", "GLOB", "whose whole reason matches the pattern", options.reason,
                      parse_pattern, shown_nowhere<std::string>),
         value_option(
             "since", "TIME", "stored within a time (1h), or since one, UTC\n('2026-11-27 20:00')",
             options.since_us, [](std::string_view text) { return parse_since(text, wall_us()); },
             shown_nowhere<std::int64_t>),
         with_fallback(value_option(
                           "limit", "N", "list: at most so many", options.limit,
                           [](std::string_view text) {
                               return static_cast<std::uint32_t>(parse_count(text, 1, kMostRows));
                           },
                           shown_nowhere<std::uint32_t>),
                       fmt::to_string(kDefaultLimit))}};
}

// The lines of the commands for --help.
std::string summary() {
    std::string text = "Does in a ledger what people decide, beside a pipeline or without one. Commands:";
    for (const ClerkCommandTraits& command : kClerkCommands) {
        fmt::format_to(
            std::back_inserter(text), "\n  {:<24}{}",
            fmt::format("{}{}{}", command.word, command.arguments.empty() ? "" : " ", command.arguments),
            command.help);
    }
    return text;
}

}  // namespace

CommandLine declare(ClerkOptions& options) {
    CommandOption ledger = value_option("ledger", "SPEC", ledger_forms(), options.ledger, parse_ledger,
                                        shown_nowhere<LedgerSpec>);
    return {
        "clerk",
        "COMMAND [ID...] [OPTION...]",
        summary(),
        {row_options(options),
         {"How",
          {with_fallback(
               with_words(value_option("format", "FORM", "export: csv or json (one object on each line)",
                                       options.format, parse_format, shown_nowhere<ExportFormat>),
                          {"csv", "json"}),
               "csv"),
           switch_option("yes", "do it without asking", options.yes)}},
         {"What to remove (prune)",
          {value_option(
               "before", "TIME", "what was stored before a time, UTC ('2026-01-31'),\nor longer ago (90d)",
               options.before_us, [](std::string_view text) { return parse_since(text, wall_us()); },
               shown_nowhere<std::int64_t>),
           value_option("archive", "FILE", "append the rows to it first, as JSON lines", options.archive,
                        parse_archive, shown_nowhere<std::string>),
           switch_option("files", "remove their files from the folders of a spool too", options.files)}},
         {"Where",
          {name_option(options.name),
           with_fallback(with_words(std::move(ledger), ledger_words()),
                         "the pipeline's own;\nif there is none, sqlite:STATE/invoices.db"),
           state_dir_option(options.state_dir),
           with_fallback(runtime_dir_option(options.runtime_dir),
                         "as the supervisor's, or\n/run/NAME of a service"),
           with_fallback(directory_option("shm-dir", "of the segments", options.shm_dir),
                         "as the lock says, or\n/dev/shm")}},
         {"Other", {log_level_option(options.log_level), log_format_option(options.log_format)}}},
        false,
        false,
        kClerkHints};
}

RowSelection ClerkOptions::selection(const RowSelection& otherwise) const {
    RowSelection selection = otherwise;
    if (statuses) {
        selection = {};
        for (const RowStatus status : *statuses) selection.add(status);
    }
    selection.reason = reason;
    selection.since_us = since_us;
    return selection;
}

namespace {

// The arguments of a command line, sorted.
struct Sorted {
    std::vector<const char*> options;  // with their values
    std::vector<std::string> words;    // the command and its ids
};

bool takes_value(const CommandLine& command_line, std::string_view name) noexcept {
    for (const OptionGroup& group : command_line.groups) {
        for (const CommandOption& option : group.options) {
            if (option.name == name) return !option.argument.empty();
        }
    }
    return false;
}

Sorted sort(const CommandLine& command_line, std::span<const char* const> arguments) {
    Sorted sorted;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--") {
            const auto rest = arguments.subspan(i + 1);
            sorted.words.insert(sorted.words.end(), rest.begin(), rest.end());
            break;
        }
        if (argument.size() < 2 || argument.front() != '-') {
            sorted.words.emplace_back(argument);
            continue;
        }
        sorted.options.push_back(arguments[i]);
        const bool has_next = i + 1 < arguments.size() && argument.starts_with("--");
        if (has_next && takes_value(command_line, argument.substr(2)))
            sorted.options.push_back(arguments[++i]);
    }
    return sorted;
}

void take_words(std::vector<std::string> words, ClerkOptions& options) {
    std::vector<std::string> known;
    std::string accepted;
    for (const ClerkCommandTraits& command : kClerkCommands) {
        known.emplace_back(command.word);
        accepted += fmt::format("{}{}", accepted.empty() ? "" : ", ", command.word);
    }
    if (words.empty()) usage(fmt::format("a command is missing: {} is accepted", accepted));
    const auto command = clerk_command_of(words.front());
    if (!command) {
        const std::string near = nearest(words.front(), known);
        usage(fmt::format("unknown command {}: {}{} is accepted", in_quotes(words.front()),
                          near.empty() ? "" : fmt::format("did you mean {}? ", near), accepted));
    }
    options.command = *command;
    options.ids.assign(std::make_move_iterator(words.begin() + 1), std::make_move_iterator(words.end()));
    const ClerkCommandTraits& traits = traits_of(*command);
    if (options.ids.size() > traits.most_ids) {
        usage(traits.most_ids == 0
                  ? fmt::format("{} {}: no id is accepted", traits.word, in_quotes(options.ids.front()))
                  : fmt::format("{}: {} is accepted", traits.word,
                                traits.most_ids == 1 ? "one id" : "at most a million ids"));
    }
    if (std::any_of(options.ids.begin(), options.ids.end(), [](const auto& id) { return id.empty(); }))
        usage(fmt::format("{} '': an id has at least one byte", traits.word));
}

void check(const ClerkOptions& options) {
    const ClerkCommandTraits& traits = traits_of(options.command);
    const auto refuse_unless = [&](bool is_accepted, bool is_given, std::string_view option) {
        if (is_given && !is_accepted)
            usage(fmt::format("--{}: is not accepted with {}", option, traits.word));
    };
    const bool by_id = !options.ids.empty();
    refuse_unless(traits.selects, options.statuses.has_value(), "status");
    refuse_unless(traits.selects, options.reason.has_value(), "reason");
    refuse_unless(traits.selects, options.since_us.has_value(), "since");
    refuse_unless(options.command == ClerkCommand::List, options.limit.has_value(), "limit");
    refuse_unless(options.command == ClerkCommand::Export, options.format.has_value(), "format");
    refuse_unless(options.command == ClerkCommand::Prune, options.before_us.has_value(), "before");
    refuse_unless(options.command == ClerkCommand::Prune, options.archive.has_value(), "archive");
    refuse_unless(options.command == ClerkCommand::Prune, options.files, "files");
    if (options.command == ClerkCommand::Prune && !options.before_us)
        usage("prune: --before TIME is missing: what was stored before it is removed");
    refuse_unless(options.command != ClerkCommand::Discard, options.ledger.has_value(), "ledger");
    if (options.ledger && !options.ledger->keeps_rows())
        usage(fmt::format("--ledger {}: it keeps no rows; name another one",
                          in_quotes(options.ledger->text())));
    if (!traits.selects && traits.most_ids != 0 && !by_id)
        usage(fmt::format("{}: an id is missing", traits.word));
    if (options.command != ClerkCommand::Retry) return;
    const bool by_selection = options.statuses || options.reason || options.since_us;
    if (by_id && by_selection) usage("retry: ids or --status are accepted, not both");
    if (!by_id && !options.statuses)
        usage("retry: ids, or --status failed, rejected or waiting, are accepted");
    if (options.statuses && std::find(options.statuses->begin(), options.statuses->end(),
                                      RowStatus::Booked) != options.statuses->end())
        usage("--status booked: is not accepted with retry; what is booked is never given again");
}

std::string places_text(const ClerkOptions& options) {
    std::vector<std::string> words;
    const auto add = [&words](const char* option, const std::string& value) {
        if (value.empty()) return;
        words.emplace_back(option);
        words.push_back(value);
    };
    if (options.name != kDefaultName) add("--name", options.name);
    if (options.ledger) add("--ledger", options.ledger->text());
    add("--state-dir", options.state_dir.native());
    add("--runtime-dir", options.runtime_dir.native());
    add("--shm-dir", options.shm_dir.native());
    return words.empty() ? "" : " " + join_words(words);
}

}  // namespace

std::variant<ClerkOptions, EarlyExit> parse_clerk_options(std::span<const char* const> arguments,
                                                          const Environment& environment) {
    ClerkOptions options;
    const CommandLine command_line = declare(options);
    Sorted sorted = sort(command_line, arguments);
    if (auto early = parse_command_line(command_line, sorted.options)) return *std::move(early);
    take_words(std::move(sorted.words), options);
    check(options);
    options.places = places_text(options);
    if (options.state_dir.empty()) options.state_dir = default_state_directory(environment).value_or("");
    options.lock_dirs = std::vector{options.runtime_dir};
    if (options.runtime_dir.empty()) {
        options.lock_dirs =
            possible_lock_dirs(options.name, kDefaultName,
                               default_runtime_directory(environment).value_or(""), options.state_dir);
    }
    return options;
}

}  // namespace pipeline
