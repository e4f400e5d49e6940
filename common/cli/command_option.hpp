// SPDX-License-Identifier: Apache-2.0
// One option: its name, its help, the field that it fills, and how its value is read and shown. It is
// declared once; parsing, help, and the arguments for a child follow from that (command_line.hpp).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pipeline {

// One option, bound to the field that it fills.
struct CommandOption {
    std::string name;      // without the dashes
    std::string argument;  // the value's name in --help; empty: a switch, which takes none
    std::string help;      // lines of at most 55 columns
    std::string fallback;  // the default that --help shows; may be empty
    std::string missing;   // the end of the error if it is missing; empty: it is optional

    // Parses the value and stores it in the field. Throws std::invalid_argument, whose text says what is
    // accepted, and always does so for an empty value.
    std::function<void(std::string_view)> take;

    // The field as text for take(); none if the option must be omitted.
    std::function<std::optional<std::string>()> show;

    char letter = 0;                   // the short form, as in -h; 0: none
    std::vector<std::string> words{};  // the words of which one begins the value; empty: any text
};

// An option: `parse` (std::string_view -> T) parses its value, `show` (T -> std::string, or
// std::optional<std::string>: none if the option must be omitted) shows it. The field's present value is the
// fallback.
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
            0,
            {}};
}

// A switch: "--name", or "name = true" in the file.
[[nodiscard]] CommandOption switch_option(std::string name, std::string help, bool& field);

// The same option with another fallback in --help.
[[nodiscard]] CommandOption with_fallback(CommandOption option, std::string fallback);
// The same option, whose value begins with one of these words: an error then suggests the nearest one.
[[nodiscard]] CommandOption with_words(CommandOption option, std::vector<std::string> words);
// The same option, but mandatory; `missing` advises what to do if it is missing.
[[nodiscard]] CommandOption required(CommandOption option, std::string missing);

}  // namespace pipeline
