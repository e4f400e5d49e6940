// SPDX-License-Identifier: Apache-2.0
// Runs the supervisor program once its command line is parsed.
#pragma once

#include "common/base/exit_status.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/reload.hpp"

namespace pipeline {

// Makes or adopts the segments, runs the pipeline until it is drained, and prints the report. SIGTERM and
// SIGINT must be blocked. `reread` returns the options that the user wants after SIGHUP. Throws Failure.
[[nodiscard]] ExitStatus supervise(const Options& given, Reload::Reread reread);

}  // namespace pipeline
