// SPDX-License-Identifier: Apache-2.0
#include "common/cli/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/spec/nearest.hpp"

namespace pipeline {
namespace {

std::string suggest(std::string_view written, const std::vector<std::string>& words,
                    std::string_view dashes = "") {
    const auto near = nearest(written, words);
    return near.empty() ? "" : fmt::format("did you mean {}{}? ", dashes, near);
}

}  // namespace

std::string suggest_option(const CommandLine& command_line, std::string_view written,
                           std::string_view dashes) {
    std::vector<std::string> names;
    for (const auto& group : command_line.groups) {
        for (const auto& option : group.options) names.push_back(option.name);
    }
    return suggest(written, names, dashes);
}

std::string suggest_value(const CommandOption& option, std::string_view value) {
    const auto word = value.substr(0, value.find(':'));
    const bool is_right = std::find(option.words.begin(), option.words.end(), word) != option.words.end();
    return is_right ? "" : suggest(word, option.words);
}

std::string hint_for(const CommandLine& command_line, std::string_view written) {
    const bool is_short = written.size() > 2 && written[0] == '-' && written[1] != '-';
    const auto name = is_short ? written.substr(0, 2) : written;
    for (const OptionHint& hint : command_line.hints) {
        if (hint.name != name) continue;
        if (hint.ours.empty()) return std::string(hint.note);
        return fmt::format("{} is what you look for{}{}", hint.ours, hint.note.empty() ? "" : ": ",
                           hint.note);
    }
    return {};
}

}  // namespace pipeline
