// SPDX-License-Identifier: Apache-2.0
// Browses a ledger in PostgreSQL.
#pragma once

#include <functional>
#include <string>

#include "common/ledger/ledger_browser.hpp"
#include "common/ledger/postgresql/people/pg_snapshot.hpp"

namespace pipeline {

// Reads as browse_ledger() does; `url` names the database. A call of LedgerBrowser that hands over rows must
// have ended before the next call. Throws Failure as read_pg_snapshot() does.
void browse_pg_ledger(const std::string& url, const std::function<void(LedgerBrowser&)>& browse,
                      const PgUntil& until = std::nullopt);

}  // namespace pipeline
