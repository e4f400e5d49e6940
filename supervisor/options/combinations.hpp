// SPDX-License-Identifier: Apache-2.0
// Options of the supervisor that are valid alone but not together, and the least sizes that follow from
// another option.
#pragma once

#include <cstdint>

#include "supervisor/options/options.hpp"

namespace pipeline {

// Throws Failure Usage, with one line, for options that do not go together. The options must be complete.
void check_combination(const Options& options);

}  // namespace pipeline
