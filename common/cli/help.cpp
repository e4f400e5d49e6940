// SPDX-License-Identifier: Apache-2.0
#include "common/cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace pipeline {
namespace {

constexpr std::size_t kTextColumn = 26;
constexpr std::size_t kColumns = 80;
constexpr std::size_t kHelpColumns = 55;

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

// The Levenshtein distance: the letters to insert, delete or replace to turn one into the other.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
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
        if (end == std::string_view::npos) break;  // one long word
        text.append(words.substr(0, end)) += '\n';
        words.remove_prefix(end + 1);
    }
    return text.append(words);
}

std::string version_text(const CommandLine& command_line) {
    return fmt::format("{} (invoice-pipeline) {}\n", command_line.program, PIPELINE_VERSION);
}

std::string nearest_option(const CommandLine& command_line, std::string_view name) {
    constexpr std::size_t kTypingError = 2;
    constexpr std::size_t kLongest = 64;  // a longer name is not a typing error
    if (name.size() <= kTypingError || name.size() > kLongest) return {};
    std::string nearest;
    std::size_t least = kTypingError + 1;
    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) {
            const std::size_t off = option.name.starts_with(name) ? 0 : distance(name, option.name);
            if (off >= least) continue;
            least = off;
            nearest = option.name;
        }
    }
    return nearest;
}

}  // namespace pipeline
