// SPDX-License-Identifier: Apache-2.0
#include "common/cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <stdexcept>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/cli/help.hpp"
#include "common/cli/settings.hpp"
#include "common/cli/shown_value.hpp"
#include "common/cli/suggestion.hpp"

namespace po = boost::program_options;

namespace pipeline {
namespace {

// An option that the user has given, and its value.
struct Given {
    const CommandOption* option;
    std::string value;
};

[[noreturn]] void usage(const std::string& message) {
    throw Failure(ExitStatus::Usage, message);
}

const CommandOption* find_option(const CommandLine& command_line, std::string_view name) noexcept {
    return find_option(command_line.groups, name);
}

// Returns the option whose short form begins the argument, such as "-h" or "-j8"; nullptr if there is none.
// Only the short form of an option with a value may be followed by something.
const CommandOption* find_short(const CommandLine& command_line, std::string_view written) noexcept {
    if (written.size() < 2 || written[0] != '-' || written[1] == '-') return nullptr;
    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) {
            if (option.letters.find(written[1]) == std::string::npos) continue;
            return written.size() > 2 && option.argument.empty() ? nullptr : &option;
        }
    }
    return nullptr;
}

const Given* find_given(const std::vector<Given>& all, std::string_view name) noexcept {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Given& given) { return given.option->name == name; });
    return found == all.end() ? nullptr : &*found;
}

// Returns the options that every program has. They fill no field: parse_command_line() acts on them.
std::vector<CommandOption> common_options(bool with_config) {
    const auto ignore = [](std::string_view) {};
    const auto path = [](std::string_view text) {
        if (text.empty()) throw std::invalid_argument("the path of a file is accepted");
    };
    std::vector<CommandOption> options;
    if (with_config) {
        options.push_back(
            {"config", "FILE", "lines NAME = VALUE; the command line wins", {}, {}, path, {}, {}, {}});
    }
    options.push_back({"help", "", "show this and exit (also -h)", {}, {}, ignore, {}, "h", {}});
    options.push_back({"version", "", "show the version and exit (also -V)", {}, {}, ignore, {}, "V", {}});
    return options;
}

// Returns the text with which the option's take() says what is accepted.
std::string accepted_by(const CommandOption& option) {
    try {
        option.take("");
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    throw Failure(ExitStatus::Internal, fmt::format("--{} takes an empty value", option.name));
}

[[noreturn]] void refuse_no_value(const CommandOption& option) {
    usage(fmt::format("--{} has no value: {}", option.name, accepted_by(option)));
}

// Throws for an argument that begins with a dash. The message omits everything from '=' on.
[[noreturn]] void refuse_unknown(const CommandLine& command_line, std::string_view argument) {
    const auto written = argument.substr(0, argument.find('='));
    if (const auto hint = hint_for(command_line, written); !hint.empty())
        usage(fmt::format("{} is not an option: {}", printable(written), hint));
    const auto dashes = std::min(written.find_first_not_of('-'), written.size());
    usage(fmt::format("unknown option {}: {}--help lists what is accepted", in_quotes(written),
                      suggest_option(command_line, written.substr(dashes), "--")));
}

// Throws Failure, in this file's wording, for an argument that Boost refuses.
[[noreturn]] void refuse_syntax(const CommandLine& command_line, const po::error_with_option_name& error,
                                std::span<const char* const> arguments) {
    std::string written = error.get_option_name();  // with its dashes, but empty for "--="
    if (written.empty()) written = "--";
    const auto* option = written.size() > 2 ? find_option(command_line, written.substr(2)) : nullptr;
    if (option == nullptr) refuse_unknown(command_line, written);
    if (!option->argument.empty()) refuse_no_value(*option);
    const auto with_value = std::find_if(arguments.begin(), arguments.end(), [&](std::string_view argument) {
        return argument.starts_with(written + "=");
    });
    const std::string_view value =
        with_value == arguments.end() ? "" : std::string_view(*with_value).substr(written.size() + 1);
    usage(fmt::format("{} {}: no value is accepted", written, in_quotes(value)));
}

std::vector<po::option> split(const CommandLine& command_line, std::span<const char* const> arguments) {
    po::options_description known;
    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) {
            if (option.argument.empty()) {
                known.add_options()(option.name.c_str(), "");
            } else {
                known.add_options()(option.name.c_str(), po::value<std::string>(), "");
            }
        }
    }
    using namespace po::command_line_style;
    try {
        return po::command_line_parser(std::vector<std::string>(arguments.begin(), arguments.end()))
            .options(known)
            .style(allow_long | long_allow_adjacent | long_allow_next)
            .allow_unregistered()
            .run()
            .options;
    } catch (const po::error_with_option_name& error) {
        refuse_syntax(command_line, error, arguments);
    }
}

void give(std::vector<Given>& all, Given given) {
    const CommandOption& option = *given.option;
    if (const auto* before = find_given(all, option.name)) {
        usage(option.argument.empty()
                  ? fmt::format("--{} is given twice: once is accepted", option.name)
                  : fmt::format("--{} is given twice, {} and {}: one value is accepted", option.name,
                                shown_value(before->value), shown_value(given.value)));
    }
    all.push_back(std::move(given));
}

// The parts of a command line, as Boost splits it: an option with its value, or a single argument.
using Parts = std::vector<po::option>;

// Takes the option whose short form is the argument at `at`. Its value is the rest of the argument or the
// next argument. Advances `at` to the last part that belongs to the option.
Given take_short(const CommandOption& option, const Parts& parts, std::size_t& at) {
    const std::string& written = parts[at].original_tokens.front();
    if (option.argument.empty()) return {&option, "true"};
    if (written.size() > 2) return {&option, written.substr(2)};
    const bool has_next = at + 1 < parts.size() && parts[at + 1].position_key >= 0;
    if (!has_next) refuse_no_value(option);
    return {&option, parts[++at].original_tokens.front()};
}

std::vector<Given> parse_arguments(const CommandLine& command_line, std::span<const char* const> arguments) {
    std::vector<Given> all;
    const Parts parts = split(command_line, arguments);
    for (std::size_t at = 0; at < parts.size(); ++at) {
        const po::option& part = parts[at];
        const auto& written = part.original_tokens.front();
        if (part.position_key >= 0) {
            if (const auto* option = find_short(command_line, written)) {
                give(all, take_short(*option, parts, at));
                continue;
            }
            if (written.starts_with('-')) refuse_unknown(command_line, written);
            usage(fmt::format("unexpected argument {}: only options are accepted, --help lists them{}",
                              in_quotes(written),
                              command_line.with_command ? "; put -- before a command" : ""));
        }
        const auto* option = find_option(command_line, part.string_key);
        if (option == nullptr) refuse_unknown(command_line, written);
        // An argument that begins with two dashes is the next option, not a value.
        if (part.original_tokens.size() > 1 && part.value.front().starts_with("--")) refuse_no_value(*option);
        Given given{option, part.value.empty() ? "true" : part.value.front()};
        give(all, std::move(given));
    }
    return all;
}

void take(const Given& given) {
    try {
        given.option->take(given.value);
    } catch (const std::invalid_argument& error) {
        const std::string_view accepted = error.what();
        const bool has_guess = accepted.starts_with("did you mean ");
        usage(fmt::format("--{} {}: {}{}", given.option->name, shown_value(given.value),
                          has_guess ? "" : suggest_value(*given.option, given.value), accepted));
    }
}

}  // namespace

CommandLine with_common_options(CommandLine command_line) {
    const auto common = common_options(command_line.with_config);
    auto& last = command_line.groups.back().options;
    last.insert(last.end(), common.begin(), common.end());
    return command_line;
}

std::span<const char* const> arguments_of(int argc, char** argv) noexcept {
    if (argc <= 1) return {};
    return {argv + 1, static_cast<std::size_t>(argc - 1)};
}

std::optional<EarlyExit> parse_command_line(const CommandLine& command_line,
                                            std::span<const char* const> arguments) {
    const CommandLine all = with_common_options(command_line);
    const auto given = parse_arguments(all, arguments);
    if (find_given(given, "help") != nullptr) return EarlyExit{help_text(all)};
    if (find_given(given, "version") != nullptr) return EarlyExit{version_text(all)};

    std::vector<const CommandOption*> in_file;
    if (const auto* config = find_given(given, "config")) {
        take(*config);
        in_file = apply_settings(command_line, config->value);
    }
    for (const auto& each : given) take(each);

    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) {
            if (option.missing.empty() || find_given(given, option.name) != nullptr ||
                std::find(in_file.begin(), in_file.end(), &option) != in_file.end()) {
                continue;
            }
            usage(fmt::format("--{} is missing: {}", option.name, option.missing));
        }
    }
    return std::nullopt;
}

std::vector<std::string> show_arguments(const CommandLine& command_line) {
    std::vector<std::string> arguments;
    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) {
            const auto value = option.show();
            if (!value) continue;
            arguments.push_back(option.argument.empty() ? "--" + option.name
                                                        : fmt::format("--{}={}", option.name, *value));
        }
    }
    return arguments;
}

}  // namespace pipeline
