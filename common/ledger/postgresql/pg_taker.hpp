// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/ledger/ledger_taker.hpp"

namespace pipeline {

// Makes a taker in the ledger at `url`: see make_ledger_taker(). It passes over rows that a commit, or the
// taker of another host, has locked: it waits for nobody. Times are those of the server's clock, which all
// hosts share.
[[nodiscard]] std::unique_ptr<LedgerTaker> make_pg_taker(std::string url, TakerScope scope,
                                                         std::function<KnownLedger()> known);

}  // namespace pipeline
