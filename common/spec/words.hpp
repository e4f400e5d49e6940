// SPDX-License-Identifier: Apache-2.0
// Splits a command, the value of one option, into words as a shell does, but without a shell. Quotes and
// backslashes work as in sh(1). split_words() refuses other shell syntax (a pipe, a variable, a pattern)
// unless it is quoted, so that nobody believes that a shell reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// Splits a command. Blanks, tabs and newlines separate words. 'TEXT' is literal. In "TEXT" a backslash
// escapes one of the characters \ " $ ` and stands for itself before any other character. Outside quotes it
// escapes any character. Expands no variables or patterns. Throws std::invalid_argument for an open quote, a
// backslash at the end, a NUL, or an unquoted character of | & ; < > ( ) $ ` * ? ; its what() says what is
// accepted.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

// Splits the command of an option, which has at least a program's name and at most 65,536 bytes. Throws
// std::invalid_argument as split_words() does.
[[nodiscard]] std::vector<std::string> parse_command(std::string_view text);

// Joins the words into one text that split_words() and sh(1) split into the same words.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);

}  // namespace pipeline
