// SPDX-License-Identifier: Apache-2.0
// Makes texts of a document fit for one line of a ledger, a log or a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

// Writes `text` to `clean` without outer blanks; one blank replaces each run of blanks and is_command()
// characters (printable.hpp). So it extends XPath's normalize-space to control characters. If the text is not
// UTF-8, which only a malformed character reference can cause, `?` replaces each byte beyond ASCII.
void clean_text(std::string_view text, std::string& clean);

// Returns `text` cleaned and in quotation marks, cut at `longest` bytes or a little earlier.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t longest = 40);

}  // namespace pipeline
