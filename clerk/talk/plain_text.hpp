// SPDX-License-Identifier: Apache-2.0
// Texts for a terminal: columns of a table, commands to type.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// Returns the number of columns of the terminal at standard output; 0 if there is none.
[[nodiscard]] std::size_t terminal_columns() noexcept;

// Returns the number of characters of a text in UTF-8.
[[nodiscard]] std::size_t characters_in(std::string_view text) noexcept;
// Returns the text's beginning of at most `columns` characters, which ends in "..." if it is cut.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

// Returns the lines of a table, whose first row is its heading. Each column is as wide as its widest field,
// but no wider than `most_wide`; a wider field moves the rest of its line. The last column is cut where the
// line would be longer than `columns`; 0: it is never cut.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows, std::size_t most_wide,
                                     std::size_t columns);

}  // namespace pipeline
