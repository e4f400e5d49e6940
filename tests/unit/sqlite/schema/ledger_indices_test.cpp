// SPDX-License-Identifier: Apache-2.0
// The partial indices of the ledger: the queries that they are for use them, and a booked row has no entry in
// them.
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// All steps of the query's plan, in one line.
std::string plan(const std::filesystem::path& file, const std::string& query) {
    SqliteConnection database(file, false, std::chrono::seconds(5));
    SqliteStatement explain(database, "EXPLAIN QUERY PLAN " + query);
    std::string steps;
    while (explain.next_row()) steps += std::string(explain.text(3)) + "; ";
    return steps;
}

}  // namespace

TEST_CASE("queries of what is not booked, and of what is due, read their index and not all rows",
          "[sqlite_ledger]") {
    const bool migrated = GENERATE(false, true);
    const LedgerFolder folder;
    if (migrated) change(folder.ledger(), old_ledger(3));
    { const SqliteLedger ledger(folder.ledger()); }
    for (const auto* query : {
             "SELECT reason, count(*) FROM invoices WHERE status = 'failed' GROUP BY reason",
             "SELECT id FROM invoices WHERE status = 'rejected' AND stored_at >= 1700000000000000",
             "SELECT id FROM invoices WHERE status = 'waiting' ORDER BY stored_at DESC LIMIT 10",
             "SELECT * FROM not_booked",
             "SELECT count(*) FROM not_booked WHERE status = 'failed'",
             "SELECT id FROM invoices WHERE status = 'failed' AND reason GLOB 'killed*'",
         }) {
        INFO(query);
        check_mentions(plan(folder.ledger(), query), "INDEX invoices_not_booked");
    }
    for (const auto* query : {
             "SELECT id FROM invoices WHERE source = 's' AND due_at <= 1700000000000000 ORDER BY due_at "
             "LIMIT 9",
             "SELECT min(due_at) FROM invoices WHERE source = 's' AND due_at NOT NULL",
         }) {
        INFO(query);
        const auto steps = plan(folder.ledger(), query);
        check_mentions(steps, "SEARCH invoices USING");
        check_mentions(steps, "INDEX invoices_due (source=?");
        CHECK(steps.find("TEMP B-TREE") == std::string::npos);
    }
    check_mentions(plan(folder.ledger(), "SELECT * FROM history WHERE id = 'x'"), "INDEX history_id (id=?)");
    check_mentions(plan(folder.ledger(), "SELECT * FROM invoices WHERE id = 'x'"),
                   "SEARCH invoices USING INDEX invoices_id (ANY(<expr>) AND id=?)");
}

TEST_CASE("the partial indices hold the rows that they are for, and no booked one", "[sqlite_ledger]") {
    const LedgerFolder folder;
    {
        SqliteLedger ledger(folder.ledger());
        Batch batch;
        for (std::uint64_t i = 0; i < 100; ++i)
            batch.add(std::to_string(i), i, i % 50 == 0 ? Status::Failed : Status::Booked);
        ledger.commit(batch.range(), context("sequence", 100));
    }
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM not_booked") == "2");
    change(folder.ledger(), "UPDATE invoices SET status = 'waiting', due_at = 5 WHERE id = '50'");
    change(folder.ledger(), "UPDATE invoices SET status = 'booked' WHERE id = '0'");
    CHECK(ask(folder.ledger(), "SELECT group_concat(id || status || due_at) FROM not_booked") ==
          "50waiting1970-01-01 00:00:00.000");
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(id) FROM invoices WHERE source = 'sequence' AND due_at < 6") == "50");
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
}
