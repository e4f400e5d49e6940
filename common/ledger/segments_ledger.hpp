// SPDX-License-Identifier: Apache-2.0
// Reads from a pipeline's segments which ledger it has.
#pragma once

#include "common/core/segments/segments_view.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// For a read-only program. Throws Failure Configuration, which names the segment, if its text names no
// ledger.
[[nodiscard]] LedgerSpec ledger_of(const SegmentsView& segments);

}  // namespace pipeline
