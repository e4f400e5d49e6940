// SPDX-License-Identifier: Apache-2.0
// A ledger that is only looked at: it answers what a start asks, from a read-only snapshot, and takes no
// records.
#pragma once

#include <filesystem>
#include <memory>

#include "common/ledger/ledger.hpp"
#include "common/spec/ledger_spec.hpp"

namespace pipeline {

// Throws Failure, with the status of a start, if a start could not use the ledger: CannotCreate or
// Configuration. Returns false if the ledger is missing or empty, and a start would make it. `made`: a
// directory that a start makes if it is missing.
[[nodiscard]] bool require_usable_ledger(const LedgerSpec& spec, const std::filesystem::path& made);

// Opens the ledger of existing segments, and throws as open_known_ledger() does, but writes nothing.
[[nodiscard]] std::unique_ptr<Ledger> look_at_known_ledger(const LedgerSpec& spec, const KnownLedger& known);

}  // namespace pipeline
