// SPDX-License-Identifier: Apache-2.0
// The file that --config names, in Boost.Program_options' own format: lines "NAME = VALUE", comments from #
// to the end of the line, and blank lines. This file only reads it; the caller interprets the names.
#pragma once

#include <string>
#include <vector>

namespace pipeline {

struct ConfigEntry {
    std::string name;  // "section.name" after a line "[section]"
    std::string value;
};

// The entries of the file in their order. Throws Failure: NoInput if the file cannot be read, Configuration
// if it is longer than 1 MiB or a line is neither an entry nor a comment.
[[nodiscard]] std::vector<ConfigEntry> read_config_file(const std::string& path);

}  // namespace pipeline
