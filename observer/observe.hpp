// SPDX-License-Identifier: Apache-2.0
// The observer's work, once it knows what is asked for.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Shows what was asked for; what is live until SIGTERM or SIGINT. Drained, or what an audit says. Throws
// Failure: NoInput if there is nothing to look at, but for what is live and waits for it; Configuration if
// this observer was built without what is asked for; else as audit_pipeline() and serve().
[[nodiscard]] ExitStatus observe(const ObserverOptions& options);

}  // namespace pipeline
