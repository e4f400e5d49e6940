// SPDX-License-Identifier: Apache-2.0
#include "common/cli/settings.hpp"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <stdexcept>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/cli/config_file.hpp"
#include "common/cli/shown_value.hpp"
#include "common/cli/suggestion.hpp"

namespace pipeline {
namespace {

// Returns the command line without the options that ask for an action.
CommandLine settings_of(const CommandLine& command_line) {
    CommandLine settings = command_line;
    for (OptionGroup& group : settings.groups)
        std::erase_if(group.options, [](const CommandOption& option) { return !option.show; });
    return settings;
}

// Says why `name` is no setting.
std::string refusal_of_name(const CommandLine& command_line, const std::string& name) {
    if (find_option(with_common_options(command_line).groups, name) != nullptr)
        return "is for the command line alone, the settings of invoice-pipeline.conf(5) are accepted";
    const CommandLine settings = settings_of(command_line);
    if (const auto hint = hint_for(settings, "--" + name); !hint.empty()) return "not an option: " + hint;
    return "unknown setting, " + suggest_option(settings, name) +
           "those of invoice-pipeline.conf(5) are accepted";
}

}  // namespace

std::vector<const CommandOption*> apply_settings(const CommandLine& command_line, const std::string& path) {
    std::vector<const CommandOption*> all;
    std::map<const CommandOption*, std::size_t> lines;
    for (const ConfigEntry& entry : read_config_file(path)) {
        const auto refuse = [&](const std::string& what) {
            throw Failure(ExitStatus::Configuration,
                          fmt::format("{}: {} {}: {}", config_place(path, entry.line), printable(entry.name),
                                      shown_value(entry.value), what));
        };
        const CommandOption* option = find_option(command_line.groups, entry.name);
        if (option == nullptr || !option->show) refuse(refusal_of_name(command_line, entry.name));
        const auto [before, is_new] = lines.emplace(option, entry.line);
        if (!is_new)
            refuse(fmt::format("given twice, also in line {}: one value is accepted", before->second));
        try {
            option->take(entry.value);
        } catch (const std::invalid_argument& error) {
            refuse(suggest_value(*option, entry.value) + error.what());
        }
        all.push_back(option);
    }
    return all;
}

std::string settings_text(const CommandLine& command_line) {
    std::string text;
    for (const OptionGroup& group : settings_of(command_line).groups) {
        if (group.options.empty()) continue;
        fmt::format_to(std::back_inserter(text), "{}# {}\n", text.empty() ? "" : "\n", group.title);
        for (const CommandOption& option : group.options) {
            const auto value = option.show();
            if (value) {
                fmt::format_to(std::back_inserter(text), "{} = {}\n", option.name, config_value(*value));
            } else if (option.argument.empty()) {
                fmt::format_to(std::back_inserter(text), "{} = false\n", option.name);
            } else {
                fmt::format_to(std::back_inserter(text), "# {} is not set\n", option.name);
            }
        }
    }
    return text;
}

}  // namespace pipeline
