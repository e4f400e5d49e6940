// SPDX-License-Identifier: Apache-2.0
// From the ledger that the command line names to the one that does it.
#pragma once

#include <memory>

#include "common/ledger/ledger.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

// Opens the ledger that `spec` names, creating it with its schema if it is not there yet. Throws Failure:
// CannotCreate when it cannot be opened, created or written; Configuration when the file is not a ledger
// or was written by a newer version.
[[nodiscard]] std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec);

// The same for a ledger that segments were written to: it is never created, and must be what they know.
// Throws WrongLedger if it is not, or not there; Failure as open_ledger().
[[nodiscard]] std::unique_ptr<Ledger> open_known_ledger(const LedgerSpec& spec, const KnownLedger& known);

// The same ledger for a process that shares it with the one that has opened it: the first use opens it, and
// never creates it. What opening fails for is then what a commit fails for: while it is locked, full, moved
// away, results wait.
[[nodiscard]] std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec);

}  // namespace pipeline
