// SPDX-License-Identifier: Apache-2.0
// The common part of the programs' command lines. A program declares each option once: its name, its help
// text and the field that it fills. This file derives the rest: parsing, the --config file, --help,
// --version, the one-line errors, and the arguments that pass the same values to a child.
//
// Boost.Program_options splits the arguments and the configuration file. This file parses the values, so that
// every error has the same form: "--OPTION 'VALUE': what is accepted". No function prints or exits: they
// return the texts to show, and throw errors as Failures, which main() shows after the program's name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/cli/option_groups.hpp"

namespace pipeline {

// The answer to an option that other programs have and this one has not. The name has its dashes:
// "--retries",
// "-n". `ours`, "--max-attempts N", is what does it here; `note` says more, or is the whole answer if `ours`
// is empty. All texts are literals.
struct OptionHint {
    std::string_view name;
    std::string_view ours;
    std::string_view note;
};

struct CommandLine {
    std::string program;
    std::string usage;                    // --help shows it after the program's name
    std::string summary;                  // the second line of --help
    std::vector<OptionGroup> groups;      // --help and --version join the last group
    bool with_config = false;             // the program accepts --config FILE too
    bool with_command = false;            // the program takes the words after "--" for a command
    std::span<const OptionHint> hints{};  // for options of other programs, used in place of "did you mean"
};

// The answer to --help or --version: the program prints this text to stdout and exits with status 0.
struct EarlyExit {
    std::string text;
};

// Adds the options that every program has (--help, --version), and --config if the program accepts it.
[[nodiscard]] CommandLine with_common_options(CommandLine command_line);

// Returns the arguments of main() without the program's name.
[[nodiscard]] std::span<const char* const> arguments_of(int argc, char** argv) noexcept;

// Fills the options' fields from the --config file, then from `arguments`, which win. For --help and
// --version, returns their text instead. An option is "--name value" or "--name=value"; only with '=' may the
// value begin with two dashes. The short form of an option is "-j value" or "-jvalue". Names must not be
// abbreviated, and no option may be given twice. Any other
// argument is an error. Throws Failure: Usage for the command line, Configuration (with file and option) for
// the file's contents, NoInput if the file cannot be read. Some fields may already be filled when it throws.
[[nodiscard]] std::optional<EarlyExit> parse_command_line(const CommandLine& command_line,
                                                          std::span<const char* const> arguments);

// Returns arguments with which parse_command_line() would set each field to its present value:
// "--name=value", or "--name" for a switch.
[[nodiscard]] std::vector<std::string> show_arguments(const CommandLine& command_line);

}  // namespace pipeline
