// SPDX-License-Identifier: Apache-2.0
// The observer's work, once it knows what is asked for.
#pragma once

#include "common/exit_status.hpp"
#include "observer/options.hpp"

namespace pipeline {

// Shows on standard output what was asked for. Drained: the audit balances; DataError: it does not. Throws
// Failure: NoInput if there is nothing to look at; NotDrained if it could not be seen at one moment (to be
// tried again); as Segments::open() and read_ledger().
[[nodiscard]] ExitStatus observe(const ObserverOptions& options);

}  // namespace pipeline
