// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "common/ledger/ledger_lookup.hpp"

namespace pipeline {

// Makes a lookup in the ledger at `url`: see make_ledger_lookup(). A whole batch of ids is one round trip.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_pg_lookup(std::string url, std::string source,
                                                           const KnownLedger& known);

}  // namespace pipeline
