// SPDX-License-Identifier: Apache-2.0
// What the programs' command lines have in common. A program says once what each of its options is called,
// what --help says of it and which field it fills; from that come parsing, the file that --config names,
// --help, --version, the one-line errors, and the arguments that give the same values to a child.
//
// Boost.Program_options splits the arguments and the file; values are parsed here, so that every error
// has the same form: "--OPTION 'VALUE': what is accepted". Nothing is printed and nothing exits: answers are
// return values and errors are Failures, which main() shows after the program's name.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pipeline {

// One option, bound to the field that it fills.
struct CommandOption {
    std::string name;      // without the dashes
    std::string argument;  // what --help calls its value; empty: it is a switch and takes none
    std::string help;      // lines of at most 55 columns
    std::string fallback;  // what --help says is used when it is not given; may be empty
    std::string missing;   // the end of the error when it is not given; empty: it may be left out

    // Parses the value and stores it in the field. Throws std::invalid_argument, whose text says what is
    // accepted, and always does so for an empty value.
    std::function<void(std::string_view)> take;

    // The field as take() would read it back; nothing if the option is not to be given.
    std::function<std::optional<std::string>()> show;
};

struct OptionGroup {
    std::string title;
    std::vector<CommandOption> options;
};

struct CommandLine {
    std::string program;
    std::string usage;                // of --help, after the program's name
    std::string summary;              // of --help, its second line
    std::vector<OptionGroup> groups;  // --help and --version are added to the last one
    bool with_config = false;         // --config FILE too
};

// What was asked for instead of work: text for stdout, and exit status 0.
struct EarlyExit {
    std::string text;
};

// With the options that every program has (--help, --version) and, if it takes one, --config.
[[nodiscard]] CommandLine with_common_options(CommandLine command_line);

// The arguments of main() without the program's name.
[[nodiscard]] std::span<const char* const> arguments_of(int argc, char** argv) noexcept;

// Fills the fields that the options are bound to: from the file that --config names, then from
// `arguments`, which win. --help and --version are answered instead. An option is "--name value" or
// "--name=value" (with '=' also a value that begins with two dashes), whole and once; there are no other
// arguments. Throws Failure: Usage for the command line,
// Configuration for what the file says (naming file and option), NoInput if the file cannot be read.
// The fields may have been filled in part when it throws.
[[nodiscard]] std::optional<EarlyExit> parse_command_line(const CommandLine& command_line,
                                                          std::span<const char* const> arguments);

// The arguments with which parse_command_line() fills the fields as they are now: "--name=value", or
// "--name" for a switch.
[[nodiscard]] std::vector<std::string> show_arguments(const CommandLine& command_line);

// An option whose value is parsed by `parse` (std::string_view -> T) and shown by `show` (T -> std::string,
// or std::optional<std::string>: nothing if the option is not to be given). What the field holds now is its
// fallback.
template <class T, class Parse, class Show>
[[nodiscard]] CommandOption value_option(std::string name, std::string argument, std::string help, T& field,
                                         Parse parse, Show show) {
    const std::optional<std::string> now = show(field);
    return {std::move(name),
            std::move(argument),
            std::move(help),
            now.value_or(""),
            {},
            [&field, parse](std::string_view text) { field = parse(text); },
            [&field, show]() -> std::optional<std::string> { return show(field); }};
}

// A switch: given, or in the file "name = true".
[[nodiscard]] CommandOption switch_option(std::string name, std::string help, bool& field);

// The same option with another fallback in --help.
[[nodiscard]] CommandOption with_fallback(CommandOption option, std::string fallback);
// The same option, which must be given; `missing` says what is to be done when it is not.
[[nodiscard]] CommandOption required(CommandOption option, std::string missing);

}  // namespace pipeline
