// SPDX-License-Identifier: Apache-2.0
// The name of a table in PostgreSQL, as a source has it: NAME or SCHEMA.NAME. Written as in SQL: a name in
// double quotes is taken as it is, any other one in lower case.
#pragma once

#include <string>
#include <string_view>

namespace pipeline {

struct TableName {
    std::string schema;  // empty: the first schema of the search path that has the table
    std::string name;

    // Returns the text from which parse_table_name() makes this name; always the same one for the same name:
    // quotes only where they are needed.
    [[nodiscard]] std::string text() const;
    // Returns the name for a statement, with each part in quotes.
    [[nodiscard]] std::string sql() const;
};

// Throws std::invalid_argument, whose what() says what is accepted, and repeats nothing of the text.
[[nodiscard]] TableName parse_table_name(std::string_view text);

}  // namespace pipeline
