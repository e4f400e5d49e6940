// SPDX-License-Identifier: Apache-2.0
// Finds the segments and the ledger that the clerk works on.
#pragma once

#include "clerk/options/options.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// Returns the name of the pipeline's segments, for SegmentsView::open(): those in --shm-dir, or those that
// the lock of the name names.
[[nodiscard]] std::string segments_name(const ClerkOptions& options);

// Returns the ledger of --ledger, else that of the pipeline's segments, else STATE/invoices.db. Throws
// Failure: Usage if there is neither; Configuration if the pipeline has no ledger with rows.
[[nodiscard]] LedgerSpec ledger_to_work_on(const ClerkOptions& options);

}  // namespace pipeline
