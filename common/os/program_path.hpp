// SPDX-License-Identifier: Apache-2.0
// Finds the user's program once, before the pipeline starts, rather than each time that a consumer starts it.
#pragma once

#include <string>
#include <string_view>

#include "common/cli/directories.hpp"

namespace pipeline {

// Returns the file that execvp(3) would execute for `name`: `name` itself if it holds a slash, else the first
// executable file of that name in the directories of PATH. Throws Failure NoInput if there is none; its
// message names the option that gave the name.
[[nodiscard]] std::string find_program(const std::string& name, const Environment& environment,
                                       std::string_view option = "--process");

}  // namespace pipeline
