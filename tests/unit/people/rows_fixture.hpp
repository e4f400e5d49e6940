// SPDX-License-Identifier: Apache-2.0
// A ledger with rows of every status, as a pipeline and its user see them.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/ledger_fixture.hpp"

namespace pipeline::test {

struct RowsFixture {
    RowsFixture() { static_cast<void>(SqliteLedger(folder.ledger())); }

    // Adds a row that was stored at `stored_us`.
    void add(const std::string& id, const std::string& status, std::int64_t stored_us,
             const std::string& reason = {}) const {
        change(folder.ledger(),
               fmt::format("INSERT INTO invoices(id, source, position, status, reason, attempts, consumer,"
                           " acquired_at, stored_at) VALUES('{}', 'lines:/in', {}, '{}', nullif('{}', ''), 1,"
                           " 0, 1, {})",
                           id, stored_us, status, reason, stored_us));
    }
    // Adds `count` rows in one transaction: their ids are PREFIX1, PREFIX2 ...
    void add_many(const std::string& prefix, const std::string& status, int count) const {
        change(folder.ledger(),
               fmt::format("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {2})"
                           " INSERT INTO invoices(id, source, position, status, attempts, consumer,"
                           " acquired_at, stored_at) SELECT '{0}' || i, 'lines:/in', i, '{1}', 1, 0, 1,"
                           " i / 3 FROM n",
                           prefix, status, count));
    }
    [[nodiscard]] std::string ask(const std::string& sql) const {
        return pipeline::test::ask(folder.ledger(), sql);
    }
    // The columns that people change, of one row.
    [[nodiscard]] std::string state_of(const std::string& id) const {
        return ask(
            fmt::format("SELECT status || ' ' || coalesce(reason, '-') || ' ' || (due_at NOT NULL) ||"
                        " (leased_until NOT NULL) || ' ' || round FROM invoices WHERE id = '{}'",
                        id));
    }

    LedgerFolder folder;
};

}  // namespace pipeline::test
