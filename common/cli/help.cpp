// SPDX-License-Identifier: Apache-2.0
#include "common/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace pipeline {
namespace {

constexpr std::size_t kTextColumn = 26;
constexpr std::size_t kColumns = 80;
constexpr std::size_t kHelpColumns = 54;

void append_option(std::string& text, const CommandOption& option) {
    const std::string left =
        fmt::format("  --{}{}{}", option.name, option.argument.empty() ? "" : " ", option.argument);
    std::string right = option.help;
    const std::string note = !option.missing.empty()    ? "(required)"
                             : !option.fallback.empty() ? fmt::format("(default {})", option.fallback)
                                                        : std::string();
    if (!note.empty()) {
        const auto last_line = right.size() - (right.rfind('\n') + 1);  // npos + 1 is 0
        const auto first_line = std::min(note.find('\n'), note.size());
        const bool fits = kTextColumn + last_line + 1 + first_line <= kColumns;
        right += (fits ? " " : "\n") + note;
    }
    fmt::format_to(std::back_inserter(text), "{:<{}}", left, kTextColumn);
    for (const char c : right) {
        text += c;
        if (c == '\n') text.append(kTextColumn, ' ');
    }
    text += '\n';
}

}  // namespace

std::string help_text(const CommandLine& command_line) {
    std::string text =
        fmt::format("Usage: {} {}\n{}\n", command_line.program, command_line.usage, command_line.summary);
    for (const auto& group : command_line.groups) {
        fmt::format_to(std::back_inserter(text), "\n{}:\n", group.title);
        for (const auto& option : group.options) append_option(text, option);
    }
    return text;
}

std::string wrapped(std::string_view words) {
    std::string text;
    while (words.size() > kHelpColumns) {
        const auto end = words.rfind(' ', kHelpColumns);
        if (end == std::string_view::npos) break;  // one word is longer than the line
        text.append(words.substr(0, end)) += '\n';
        words.remove_prefix(end + 1);
    }
    return text.append(words);
}

std::string version_text(const CommandLine& command_line) {
    return fmt::format("{} (invoice-pipeline) {}\n", command_line.program, PIPELINE_VERSION);
}

}  // namespace pipeline
