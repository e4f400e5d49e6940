// SPDX-License-Identifier: Apache-2.0
// The live view without a terminal: one line per interval.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Runs until SIGTERM or SIGINT. Without a pipeline, prints once that there is none, and waits for one.
[[nodiscard]] ExitStatus show_lines(const ObserverOptions& options);

}  // namespace pipeline
