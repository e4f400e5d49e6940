// SPDX-License-Identifier: Apache-2.0
// The hosts that have written a ledger in PostgreSQL, as its tables tell.
#pragma once

#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"

namespace pipeline {

// Reads the hosts within the caller's snapshot. Reads all generations, and the commits of the last minute.
// Throws PgError.
[[nodiscard]] LedgerHosts read_pg_hosts(PgConnection& database);

}  // namespace pipeline
