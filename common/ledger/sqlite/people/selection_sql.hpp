// SPDX-License-Identifier: Apache-2.0
// A selection of rows as SQL. SQLite uses the partial index invoices_not_booked only for a condition with one
// status, written out: a query over several of them is several queries.
#pragma once

#include <string>

#include "common/ledger/row_selection.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Returns the condition for the selection's rows of `status`, to follow WHERE. Its parameters are ?1 and ?2.
[[nodiscard]] std::string condition_sql(const RowSelection& selection, RowStatus status);
// Returns the condition for the selection's rows of every status, with the same parameters.
[[nodiscard]] std::string condition_sql(const RowSelection& selection);
// Binds ?1 and ?2. The selection must live until the statement has run.
void bind_selection(SqliteStatement& statement, const RowSelection& selection);

// Returns the columns of kLedgerColumns, to follow SELECT.
[[nodiscard]] std::string columns_sql();

}  // namespace pipeline
