// SPDX-License-Identifier: Apache-2.0
// Turns a text that comes from outside into one line that a ledger, a log or a terminal can show.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// Writes `text` to `clean` without leading and trailing blanks, like XPath's normalize-space. One blank
// replaces each run of blanks and control characters (is_command() in printable.hpp). If the text is not
// UTF-8, `?` replaces each byte beyond ASCII.
void clean_text(std::string_view text, std::string& clean);

// Returns `text` as clean_text() writes it, in quotation marks. If it is longer than `longest` bytes, cuts it
// there or a little earlier, and appends "...".
[[nodiscard]] std::string quoted(std::string_view text, std::size_t longest = 40);

}  // namespace pipeline
