// SPDX-License-Identifier: Apache-2.0
// The arguments with which the supervisor starts its children: what its own options mean for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/options/options.hpp"

namespace pipeline {

// The calling process is the parent.
[[nodiscard]] std::vector<std::string> producer_arguments(const Options& options);
[[nodiscard]] std::vector<std::string> consumer_arguments(const Options& options, std::uint16_t place);

}  // namespace pipeline
