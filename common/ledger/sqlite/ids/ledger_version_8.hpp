// SPDX-License-Identifier: Apache-2.0
// Schema version 8: the rows of invoices have serial numbers, and an index on slice and id finds them
// (id_slices.hpp) in the place of a primary key on the id.
#pragma once

#include <string>
#include <string_view>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Turns version 7 into version 8, within the caller's transaction. `columns` is the definition of the columns
// of invoices in version 7 after the id, with the end of the statement. No row is copied: a row's serial
// number is the number that SQLite gave it. The ids are read twice, for the index and for the filters.
void slice_ids(SqliteConnection& database, std::string_view columns);

}  // namespace pipeline
