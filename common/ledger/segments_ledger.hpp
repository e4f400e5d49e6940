// SPDX-License-Identifier: Apache-2.0
// Which ledger a pipeline has, as its segments say it.
#pragma once

#include "common/core/segments/segments.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

// For a program that only looks. Throws Failure Configuration, which names the segment, if what it holds is
// the text of no ledger.
[[nodiscard]] LedgerSpec ledger_of(const Segments& segments);

}  // namespace pipeline
