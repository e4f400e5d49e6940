// SPDX-License-Identifier: Apache-2.0
#include "front/front_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/cli/help.hpp"
#include "common/spec/nearest.hpp"
#include "front/front_commands.hpp"

namespace pipeline {
namespace {

std::string help() {
    FrontOptions options;
    std::string text = help_text(with_common_options(declare(options)));
    text += "\nCommands:\n";
    for (const FrontCommand& command : kFrontCommands) {
        fmt::format_to(std::back_inserter(text), "  {:<34}{}\n",
                       fmt::format("{} {}", command.word, command.arguments), command.help);
    }
    text += "\nEach is another program:\n";
    for (const FrontCommand& command : kFrontCommands) {
        std::string line = std::string(command.program);
        for (const std::string_view argument : command.before) {
            if (!argument.empty()) line.append(" ").append(argument);
        }
        fmt::format_to(std::back_inserter(text), "  {:<34}{}\n", command.word, line);
    }
    text +=
        "\nCOMMAND --help has the options of a command. A first run, and what came of it:\n"
        "  ls *.svg | invoice-pipeline run -j 8 -- convert {} out/{}.png\n"
        "  invoice-pipeline failed\n";
    return text;
}

[[noreturn]] void refuse(std::string_view written) {
    std::vector<std::string> words;
    words.reserve(kFrontCommands.size());
    for (const FrontCommand& command : kFrontCommands) words.emplace_back(command.word);
    const bool is_of_clerk =
        std::find(kCommandsOfClerk.begin(), kCommandsOfClerk.end(), written) != kCommandsOfClerk.end();
    const std::string near = is_of_clerk ? fmt::format("clerk {}", written) : nearest(written, words);
    throw Failure(ExitStatus::Usage, fmt::format("{} is not a command: {}{} is accepted", in_quotes(written),
                                                 near.empty() ? "" : fmt::format("did you mean {}? ", near),
                                                 fmt::format("{}", fmt::join(words, ", "))));
}

}  // namespace

CommandLine declare(FrontOptions&) {
    return {"invoice-pipeline",
            "COMMAND [ARGUMENT...]",
            "Moves invoices through a pipeline of processes into a ledger, each once.",
            {{"Options", {}}}};
}

std::variant<FrontOptions, EarlyExit> parse_front_options(std::span<const char* const> arguments) {
    if (arguments.empty()) return EarlyExit{help()};
    const std::string_view word = arguments.front();
    if (word == "--help" || word == "-h" || word == "help") return EarlyExit{help()};
    FrontOptions options;
    if (word.starts_with('-')) {
        // --version, or an option that is refused.
        if (auto early = parse_command_line(declare(options), arguments.first(1))) return *std::move(early);
    }
    const auto* const command = std::find_if(kFrontCommands.begin(), kFrontCommands.end(),
                                             [&](const FrontCommand& each) { return each.word == word; });
    if (command == kFrontCommands.end()) refuse(word);
    options.program = command->program;
    for (const std::string_view argument : command->before) {
        if (!argument.empty()) options.arguments.emplace_back(argument);
    }
    options.arguments.insert(options.arguments.end(), arguments.begin() + 1, arguments.end());
    return options;
}

}  // namespace pipeline
