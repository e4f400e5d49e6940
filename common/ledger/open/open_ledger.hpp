// SPDX-License-Identifier: Apache-2.0
// Opens the ledger that the command line names: to write, to ask, or to read. The only place that chooses
// among the kinds of ledger.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/ledger/ledger.hpp"
#include "common/ledger/ledger_lookup.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/spec/ledger_spec.hpp"

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

// `source` is the source's name as in the ledger. The lookup asks no ledger but the known one. It opens it at
// the first question. A ledger that stores nothing knows nothing.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_ledger_lookup(const LedgerSpec& spec, std::string source,
                                                               const KnownLedger& known = {});

// Calls `read` with a reader, and again with another one if the snapshot was disturbed: discard what the
// earlier call gave. False, without a call, if the ledger stores nothing. Throws Failure: NoInput if the
// ledger is missing or empty; NotDrained (try again) if it stayed locked; Configuration if it is not a ledger
// or has a newer version; DataError if it is damaged; InputOutput.
[[nodiscard]] bool read_ledger(const LedgerSpec& spec, const std::function<void(LedgerReader&)>& read);

}  // namespace pipeline
