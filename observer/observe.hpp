// SPDX-License-Identifier: Apache-2.0
// Runs the observer once its command line is parsed.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Shows the requested view; a live view runs until SIGTERM or SIGINT. Returns Drained, or the exit status of
// the audit. Throws Failure: NoInput if there is nothing to observe (a live view waits instead);
// Configuration if this observer was built without the view. Also throws whatever audit_pipeline() and
// serve() throw.
[[nodiscard]] ExitStatus observe(const ObserverOptions& options);

}  // namespace pipeline
