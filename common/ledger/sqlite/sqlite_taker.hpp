// SPDX-License-Identifier: Apache-2.0
// Takes rows from an SQLite ledger (ledger_taker.hpp).
#pragma once

#include <filesystem>
#include <memory>

#include "common/ledger/ledger_taker.hpp"

namespace pipeline {

[[nodiscard]] std::unique_ptr<LedgerTaker> make_sqlite_taker(std::filesystem::path path, TakerScope scope,
                                                             const KnownLedger& known);

}  // namespace pipeline
