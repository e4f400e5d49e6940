// SPDX-License-Identifier: Apache-2.0
// Becomes the program that a command stands for.
#pragma once

#include "common/base/exit_status.hpp"
#include "front/front_options.hpp"

namespace pipeline {

// Replaces this process by the program, which lies beside this one (or, in a build tree, in a folder of its
// own beside this one's). Does not return if that succeeds; throws Failure CannotCreate if it fails.
[[nodiscard]] ExitStatus hand_over(const FrontOptions& options);

}  // namespace pipeline
