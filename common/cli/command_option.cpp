// SPDX-License-Identifier: Apache-2.0
#include "common/cli/command_option.hpp"

#include <stdexcept>

namespace pipeline {

CommandOption switch_option(std::string name, std::string help, bool& field) {
    const auto take_flag = [&field](std::string_view text) {
        const bool yes = text == "true" || text == "yes" || text == "on" || text == "1";
        const bool no = text == "false" || text == "no" || text == "off" || text == "0";
        if (!yes && !no) {
            throw std::invalid_argument("true (yes, on, 1) or false (no, off, 0) is accepted");
        }
        field = yes;
    };
    const auto show_flag = [&field]() { return field ? std::optional<std::string>("true") : std::nullopt; };
    return {std::move(name), "", std::move(help), {}, {}, take_flag, show_flag, {}, {}};
}

CommandOption action_option(std::string name, std::string help, bool& field) {
    CommandOption option = switch_option(std::move(name), std::move(help), field);
    option.show = nullptr;
    return option;
}

CommandOption with_fallback(CommandOption option, std::string fallback) {
    option.fallback = std::move(fallback);
    return option;
}

CommandOption with_words(CommandOption option, std::vector<std::string> words) {
    option.words = std::move(words);
    return option;
}

CommandOption with_letters(CommandOption option, std::string letters) {
    option.letters = std::move(letters);
    return option;
}

CommandOption required(CommandOption option, std::string missing) {
    option.missing = std::move(missing);
    return option;
}

}  // namespace pipeline
