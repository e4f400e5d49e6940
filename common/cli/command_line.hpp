// SPDX-License-Identifier: Apache-2.0
// The common part of the programs' command lines. A program declares each option once: its name, its help
// text and the field that it fills. This file derives the rest: parsing, the --config file, --help,
// --version, the one-line errors, and the arguments that pass the same values to a child.
//
// Boost.Program_options splits the arguments and the file; values are parsed here, so that every error has
// the same form: "--OPTION 'VALUE': what is accepted". It never prints or exits: answers are return values
// and errors are Failures, which main() shows after the program's name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/cli/option_groups.hpp"

namespace pipeline {

struct CommandLine {
    std::string program;
    std::string usage;                // in --help, after the program's name
    std::string summary;              // the second line of --help
    std::vector<OptionGroup> groups;  // --help and --version join the last one
    bool with_config = false;         // accepts --config FILE too
};

// The answer to a request that needs no work: text for stdout, with exit status 0.
struct EarlyExit {
    std::string text;
};

// Adds the options that every program has (--help, --version) and, if it takes one, --config.
[[nodiscard]] CommandLine with_common_options(CommandLine command_line);

// The arguments of main() without the program's name.
[[nodiscard]] std::span<const char* const> arguments_of(int argc, char** argv) noexcept;

// Fills the options' fields from the --config file, then from `arguments`, which win. Answers --help and
// --version instead. An option is "--name value" or "--name=value" (only with '=' may the value begin with
// two dashes), unabbreviated and given once; there are no other arguments. Throws Failure: Usage for the
// command line, Configuration for the file's contents (naming file and option), NoInput if the file cannot be
// read. Some fields may already be filled when it throws.
[[nodiscard]] std::optional<EarlyExit> parse_command_line(const CommandLine& command_line,
                                                          std::span<const char* const> arguments);

// The arguments from which parse_command_line() would fill the fields with their present values:
// "--name=value", or "--name" for a switch.
[[nodiscard]] std::vector<std::string> show_arguments(const CommandLine& command_line);

}  // namespace pipeline
