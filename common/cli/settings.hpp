// SPDX-License-Identifier: Apache-2.0
// The options of a program as settings in a configuration file, in both directions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/cli/command_line.hpp"

namespace pipeline {

// Fills the options' fields from the file at `path` (config_file.hpp). Returns the options that it sets; the
// pointers are into `command_line`. Throws Failure: as read_config_file() does, and Configuration, with file,
// line and setting, for a name that is no setting of the program, a value that is not accepted, or a setting
// that is given twice.
std::vector<const CommandOption*> apply_settings(const CommandLine& command_line, const std::string& path);

// Returns the present values of all settings, in their groups, as lines that apply_settings() reads back. A
// setting without a value is a comment.
[[nodiscard]] std::string settings_text(const CommandLine& command_line);

}  // namespace pipeline
