// SPDX-License-Identifier: Apache-2.0
// Makes the ledger that the command line names.
#pragma once

#include <memory>

#include "common/ledger/ledger.hpp"
#include "common/spec/specs.hpp"

namespace pipeline {

// Opens the ledger that `spec` names; creates it with its schema if it is missing. Throws Failure:
// CannotCreate when it cannot be opened, created or written; Configuration when the file is not a ledger
// or was written by a newer version.
[[nodiscard]] std::unique_ptr<Ledger> open_ledger(const LedgerSpec& spec);

// Opens the ledger of existing segments; never creates it. Throws WrongLedger if it is missing or not the one
// that the segments know; Failure as open_ledger().
[[nodiscard]] std::unique_ptr<Ledger> open_known_ledger(const LedgerSpec& spec, const KnownLedger& known);

// For a process that shares a ledger which another one has opened: the first use opens it and never creates
// it. Opening then fails like a commit: results wait while the ledger is locked, full or moved away.
[[nodiscard]] std::unique_ptr<Ledger> share_ledger(const LedgerSpec& spec);

}  // namespace pipeline
