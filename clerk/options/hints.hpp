// SPDX-License-Identifier: Apache-2.0
// The options that people look for in the clerk under another name.
#pragma once

#include <array>

#include "common/cli/command_line.hpp"

namespace pipeline {

inline constexpr auto kClerkHints = std::to_array<OptionHint>({{"--failed", "--status failed", {}},
                                                               {"--rejected", "--status rejected", {}},
                                                               {"--waiting", "--status waiting", {}},
                                                               {"--booked", "--status booked", {}}});

}  // namespace pipeline
