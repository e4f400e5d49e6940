// SPDX-License-Identifier: Apache-2.0
// The texts of --help and --version.
#pragma once

#include <string>
#include <string_view>

#include "common/cli/command_line.hpp"

namespace pipeline {

// Returns the usage, the summary, and every option in its group with its fallback. The text is at most 80
// columns wide, unless a part of `command_line` is too long.
[[nodiscard]] std::string help_text(const CommandLine& command_line);

// Breaks `words` into lines of at most 55 columns, the limit of an option's help.
[[nodiscard]] std::string wrapped(std::string_view words);

// Returns "PROGRAM (invoice-pipeline) VERSION".
[[nodiscard]] std::string version_text(const CommandLine& command_line);

}  // namespace pipeline
