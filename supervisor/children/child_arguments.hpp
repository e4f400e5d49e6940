// SPDX-License-Identifier: Apache-2.0
// Translates the supervisor's options into the arguments of its children.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Return the arguments of a child program. They include this process's pid, so that the child knows its
// parent.
[[nodiscard]] std::vector<std::string> producer_arguments(const Options& options);
[[nodiscard]] std::vector<std::string> consumer_arguments(const Options& options, std::uint16_t place);

}  // namespace pipeline
