// SPDX-License-Identifier: Apache-2.0
// The part of an error message that guesses what the user wanted: the nearest word, or the option that does
// what an option of another program does.
#pragma once

#include <string>
#include <string_view>

#include "common/cli/command_line.hpp"

namespace pipeline {

// Returns "did you mean OPTION? " for the option of `command_line` that `written` misspells; an empty text if
// there is none. `written` has no dashes; `dashes` come before OPTION.
[[nodiscard]] std::string suggest_option(const CommandLine& command_line, std::string_view written,
                                         std::string_view dashes = "");

// Returns "did you mean WORD? " for the word before the colon of `value`. Returns an empty text if that word
// is right, or near to none of the option's words.
[[nodiscard]] std::string suggest_value(const CommandOption& option, std::string_view value);

// Returns the sentence for an option of another program: "IT is what you look for". Returns an empty text if
// `command_line` has no hint for it. `written` has its dashes; a value may follow the letter of a short form.
[[nodiscard]] std::string hint_for(const CommandLine& command_line, std::string_view written);

}  // namespace pipeline
