// SPDX-License-Identifier: Apache-2.0
// Texts of a document made fit for one line of a ledger, a log or a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// `text` with outer blanks removed and every run of blanks and of characters that command (printable.hpp)
// replaced by one blank (XPath's normalize-space, for control characters too). Text that is not UTF-8, which
// only a malformed character reference can make, has `?` for each byte beyond ASCII.
void clean_text(std::string_view text, std::string& clean);

// `text` cleaned and in quotation marks, cut after `longest` bytes or a little earlier.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t longest = 40);

}  // namespace pipeline
