// SPDX-License-Identifier: Apache-2.0
// Looks whether a table can be a source: its columns, its key, and what this user may do with it.
#pragma once

#include <string>
#include <string_view>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "common/spec/address/table_name.hpp"

namespace pipeline {

// Returns the expression for a row's body: bytes, or NULL. Throws PgError; Failure NoInput if there is no
// table of this name, Configuration if it cannot be used. `place` is the database's name, for messages.
[[nodiscard]] std::string require_work_table(PgConnection& database, const TableName& table,
                                             std::string_view place);

}  // namespace pipeline
