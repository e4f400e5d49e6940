// SPDX-License-Identifier: Apache-2.0
// What the supervisor says at the start of a run about choices that the user did not make.
#pragma once

#include <string>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Returns one line that says which source was chosen, and why; an empty text if --source was given, or if no
// command after "--" makes a person expect standard input.
[[nodiscard]] std::string source_line(const Options& options);

}  // namespace pipeline
