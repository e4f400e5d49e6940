// SPDX-License-Identifier: Apache-2.0
// Reads the file that --config names, in Boost.Program_options' own format: lines "NAME = VALUE", comments
// from # to the end of the line, and blank lines. The caller interprets the names.
#pragma once

#include <string>
#include <vector>

namespace pipeline {

struct ConfigEntry {
    std::string name;  // "section.name" after a line "[section]"
    std::string value;
};

// Returns the entries in the file's order. Throws Failure: NoInput if the file cannot be read, Configuration
// if it is longer than 1 MiB or has a line that is neither an entry, a comment nor blank.
[[nodiscard]] std::vector<ConfigEntry> read_config_file(const std::string& path);

}  // namespace pipeline
