// SPDX-License-Identifier: Apache-2.0
// The words of a command as a user writes it in one option: split like a shell splits them, but without a
// shell. Quotes and backslashes mean what they mean to sh(1); what else a shell would act on (a pipe, a
// variable, a pattern) is refused unless it is quoted, so that nobody believes that a shell reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// Blanks, tabs and newlines separate words. 'TEXT' is taken as it is; in "TEXT" a backslash takes away the
// meaning of one of the characters \ " $ ` and stands for itself before any other; outside of quotes it takes
// away the meaning of whatever follows. Nothing is expanded. Throws std::invalid_argument, whose text says
// what is accepted: for an open quote, a backslash at the end, a NUL, or one of | & ; < > ( ) $ ` * ?
// unquoted.
[[nodiscard]] std::vector<std::string> split_words(std::string_view text);

// One text that split_words() and sh(1) split into the same words.
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);

}  // namespace pipeline
