// SPDX-License-Identifier: Apache-2.0
// Checks what PostgreSQL does not check by itself while it runs: that indices and tables agree, and that what
// belongs to an invoice belongs to one.
#pragma once

#include <cstddef>

#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"

namespace pipeline {

// Counts, within the caller's snapshot, the rows of each table by its indices and without them; finds
// duplicates and bodies of which no row knows, and keys that are not their ids'. Returns at most `most`
// faults. Throws PgError.
[[nodiscard]] SelfCheck check_pg_tables(PgConnection& database, std::size_t most);

}  // namespace pipeline
