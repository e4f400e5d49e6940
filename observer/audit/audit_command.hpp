// SPDX-License-Identifier: Apache-2.0
// Runs observer --audit.
#pragma once

#include "common/base/exit_status.hpp"
#include "observer/options/options.hpp"

namespace pipeline {

// Returns Drained if the audit balances, else DataError. Throws Failure: NoInput if there is nothing to
// audit; NotDrained if no consistent snapshot could be read (a retry may help). Also throws whatever
// SegmentsView::open() and read_ledger() throw.
[[nodiscard]] ExitStatus audit_pipeline(const ObserverOptions& options);

}  // namespace pipeline
