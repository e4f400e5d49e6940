// SPDX-License-Identifier: Apache-2.0
// Reads the columns of kLedgerColumns from a statement that begins with them (columns_sql()).
#pragma once

#include <cstddef>

#include "common/ledger/ledger_row.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// The row's texts are valid until the statement's next step. Returns their length in bytes.
std::size_t read_fields(const SqliteStatement& statement, LedgerRow& row);

}  // namespace pipeline
