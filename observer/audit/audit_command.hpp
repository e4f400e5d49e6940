// SPDX-License-Identifier: Apache-2.0
// observer --audit.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Drained: it balances; DataError: it does not. Throws Failure: NoInput if there is nothing to look at;
// NotDrained if it could not be seen at one moment (to be tried again); as Segments::open() and
// read_ledger().
[[nodiscard]] ExitStatus audit_pipeline(const ObserverOptions& options);

}  // namespace pipeline
