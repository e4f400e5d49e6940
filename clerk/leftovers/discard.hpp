// SPDX-License-Identifier: Apache-2.0
// The command `discard`.
#pragma once

#include "clerk/options/options.hpp"
#include "common/base/exit_status.hpp"

namespace pipeline {

// Removes the segments that a pipeline has left, after it has said what is lost with them, and a question.
// NotDrained: the answer was no. Throws Failure: NotDrained if a process of the pipeline is alive;
// CannotCreate if the segments or a lock are another user's.
[[nodiscard]] ExitStatus discard_leftovers(const ClerkOptions& options);

}  // namespace pipeline
