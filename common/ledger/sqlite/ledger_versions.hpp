// SPDX-License-Identifier: Apache-2.0
// The ledger's public format: its tables and views, version by version. docs/ledger.md says what each column
// means.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"

namespace pipeline {

inline constexpr std::int64_t kLedgerSchemaVersion =
    std::max(kLastWrittenVersion, kDetailColumns.back().since);

// Upgrades a database from version `from` (0: empty) to version `to`, within the caller's transaction.
void make_ledger_schema(SqliteConnection& database, std::int64_t from, std::int64_t to);

}  // namespace pipeline
