// SPDX-License-Identifier: Apache-2.0
// The options of xargs, GNU parallel, make and similar programs that people try here, and the options of ours
// that do the same.
#pragma once

#include <span>

#include "common/cli/command_line.hpp"

namespace pipeline {

// Returns one hint for each such option. No hint has the name of an option of the supervisor.
[[nodiscard]] std::span<const OptionHint> hints_for_other_programs() noexcept;

}  // namespace pipeline
