// SPDX-License-Identifier: Apache-2.0
// Reads the file that --config names: lines "NAME = VALUE", comments from # to the end of the line, and blank
// lines. A value may be quoted, so that it can hold # and begin or end with blanks: 'VALUE' is literal; in
// "VALUE" a backslash begins an escape. A value that does not begin with a quote is literal up to the
// comment, and quotes inside it are part of it. The caller interprets the names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

struct ConfigEntry {
    std::string name;
    std::string value;     // without its quotes
    std::size_t line = 0;  // its number in the file, from 1
};

// Returns the entries in the file's order. Throws Failure: NoInput if the file cannot be read, Configuration
// if it is longer than 1 MiB or has a line that is neither an entry, a comment nor blank.
[[nodiscard]] std::vector<ConfigEntry> read_config_file(const std::string& path);

// Returns "--config PATH:LINE", with which an error message about a line begins.
[[nodiscard]] std::string config_place(const std::string& path, std::size_t line);

// Returns the value as the file must hold it: in quotes if it needs them, on one line.
[[nodiscard]] std::string config_value(std::string_view value);

}  // namespace pipeline
