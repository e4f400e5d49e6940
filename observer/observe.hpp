// SPDX-License-Identifier: Apache-2.0
// Runs the observer once its command line is parsed.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Shows the requested view; live views run until SIGTERM or SIGINT. Returns Drained, or the audit's status.
// Throws Failure: NoInput if there is nothing to observe (live views wait instead); Configuration if this
// observer was built without the view; else as audit_pipeline() and serve() do.
[[nodiscard]] ExitStatus observe(const ObserverOptions& options);

}  // namespace pipeline
