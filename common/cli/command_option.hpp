// SPDX-License-Identifier: Apache-2.0
// One option: its name, its help, the field that it fills, and how its value is read and shown. A program
// declares it once; command_line.hpp derives parsing, help, and the arguments for a child from that.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pipeline {

// An option and its functions, which are bound to the field that it fills.
struct CommandOption {
    std::string name;      // without the dashes
    std::string argument;  // the value's name in --help; empty: the option is a switch, without a value
    std::string help;      // lines of at most 55 columns
    std::string fallback;  // the default that --help shows; may be empty
    std::string missing;   // for a mandatory option only: ends the error message if the user omits it

    // Parses the value and stores it in the field. Throws std::invalid_argument if the value is empty or not
    // accepted; its what() says what is accepted.
    std::function<void(std::string_view)> take;

    // Returns the field's value as text for take(); none if show_arguments() must leave the option out. Empty
    // (no function) if the option asks for an action, such as --help: it is no setting, and no configuration
    // file may hold it.
    std::function<std::optional<std::string>()> show;

    std::string letters;               // the short forms: "jP" for -j and -P; empty: none
    std::vector<std::string> words{};  // suggestions in errors: the words that may begin the value
};

// Returns an option. `parse` (std::string_view -> T) parses its value. `show` (T -> std::string, or T ->
// std::optional<std::string>) returns the value as text, or none if show_arguments() must leave the option
// out. The field's present value becomes the fallback.
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
            [&field, show]() -> std::optional<std::string> { return show(field); },
            {},
            {}};
}

// Returns a switch: "--name", or "name = true" in the configuration file.
[[nodiscard]] CommandOption switch_option(std::string name, std::string help, bool& field);

// Returns a switch that asks for an action instead of setting something.
[[nodiscard]] CommandOption action_option(std::string name, std::string help, bool& field);

// Returns the option with another fallback, the default that --help shows.
[[nodiscard]] CommandOption with_fallback(CommandOption option, std::string fallback);
// Returns the option with the words that may begin its value. If the user misspells one, the error suggests
// the nearest word.
[[nodiscard]] CommandOption with_words(CommandOption option, std::vector<std::string> words);
// Returns the option with short forms: "jP" for -j and -P. A short form's value may follow at once: "-j8".
[[nodiscard]] CommandOption with_letters(CommandOption option, std::string letters);
// Returns the option as a mandatory one; `missing` ends the error message if the user omits it.
[[nodiscard]] CommandOption required(CommandOption option, std::string missing);

}  // namespace pipeline
