// SPDX-License-Identifier: Apache-2.0
// Reads from a pipeline's segments which ledger the pipeline writes to.
#pragma once

#include "common/core/segments/segments_view.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// Returns the ledger that the segments name; for programs that only read. Throws Failure Configuration, with
// the segment's name, if the text in the segment does not name a ledger.
[[nodiscard]] LedgerSpec ledger_of(const SegmentsView& segments);

}  // namespace pipeline
