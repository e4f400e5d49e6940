// SPDX-License-Identifier: Apache-2.0
// Takes rows from an SQLite ledger (ledger_taker.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "common/ledger/ledger_taker.hpp"

namespace pipeline {

// `known` is asked at each opening of the file.
[[nodiscard]] std::unique_ptr<LedgerTaker> make_sqlite_taker(std::filesystem::path path, TakerScope scope,
                                                             std::function<KnownLedger()> known);

}  // namespace pipeline
