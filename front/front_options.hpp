// SPDX-License-Identifier: Apache-2.0
// The front door's command line: a command, and arguments for the program that it stands for.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/base/log.hpp"
#include "common/cli/command_line.hpp"

namespace pipeline {

struct FrontOptions {
    std::string program;                 // the program to start
    std::vector<std::string> arguments;  // its arguments, without its name
    LogLevel log_level = LogLevel::Info;
    LogFormat log_format = LogFormat::Text;
};

// Declares the options of the front door itself; there are only those that every program has.
[[nodiscard]] CommandLine declare(FrontOptions& options);

// Parses the command line. Everything behind the command belongs to the program. Returns the help for no
// arguments at all. Throws Failure Usage for anything but a command.
[[nodiscard]] std::variant<FrontOptions, EarlyExit> parse_front_options(
    std::span<const char* const> arguments);

}  // namespace pipeline
