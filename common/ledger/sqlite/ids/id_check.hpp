// SPDX-License-Identifier: Apache-2.0
// Proves that no id has two rows in the table invoices, and that the filters by which a flush recognises an
// id (id_slices.hpp) hold all ids.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Adds at most `most` faults to `faults`. Reads each id once, within the caller's snapshot. Before version 8
// there is nothing to check: the index on the id alone was unique.
void check_ids(SqliteConnection& database, std::size_t most, std::vector<std::string>& faults);

}  // namespace pipeline
