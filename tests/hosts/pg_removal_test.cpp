// SPDX-License-Identifier: Apache-2.0
// A commit of records whose source is a table: which rows leave the table with it, and which do not.
#include "common/ledger/postgresql/work/pg_removal.hpp"

#include <memory>
#include <string>
#include <vector>

#include "common/core/item.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "tests/hosts/work_fixture.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::unique_ptr<Ledger> ledger_in(const WorkFixture& work) {
    return open_ledger(parse_ledger(work.url()));
}

std::string left_in(const WorkFixture& work) {
    return work.ask("(SELECT coalesce(string_agg(id, ',' ORDER BY position), '') FROM work)");
}

}  // namespace

TEST_CASE("every outcome removes its row, with the commit that records it", "[pg_removal]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "outcomes");
    const auto ledger = ledger_in(work);
    Batch earlier;
    earlier.add("there", 1);
    ledger->commit(earlier.range(), context("exec:other"));
    work.insert("unnest(ARRAY['a', 'b', 'c', 'd', 'there', 'not yet'])");
    Batch batch;
    batch.add("a", 1);
    batch.add("b", 2, Status::Rejected);
    batch.add("c", 3, Status::Failed);
    batch.add("d", 4, Status::Waiting);
    batch.add("there", 5);
    CommitContext to_table = context("table:work");
    // Nothing leaves without the commit.
    to_table.check_records = [] { throw Failure(ExitStatus::DataError, "damaged"); };
    CHECK_THROWS_AS(ledger->commit(batch.range(), to_table), Failure);
    CHECK(work.left() == 6);
    to_table.check_records = {};
    ledger->commit(batch.range(), to_table);
    CHECK(batch.outcomes() == std::vector<Outcome>{Outcome::Booked, Outcome::Rejected, Outcome::Failed,
                                                   Outcome::Waiting, Outcome::Duplicate});
    CHECK(left_in(work) == "not yet");
    // Made once more, by a leader that does not know of the commit.
    ledger->commit(batch.range(), to_table);
    CHECK(left_in(work) == "not yet");
    CHECK(work.number("(SELECT count(*) FROM invoices)") == 5);
}

TEST_CASE("a row that is delivered again goes, and changes nothing else", "[pg_removal]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "again");
    const auto ledger = ledger_in(work);
    work.insert("unnest(ARRAY['a', 'b'])");
    Batch batch;
    batch.add("a", 1, Status::Failed);
    ledger->commit(batch.range(), context("table:work"));
    // Another host has had it, too.
    work.change("INSERT INTO work(position, id) VALUES(1, 'a')");
    Batch again;
    again.add("a", 1);
    ledger->commit(again.range(), context("table:work"));
    CHECK(again.outcomes() == std::vector<Outcome>{Outcome::Failed});
    CHECK(left_in(work) == "b");
}

TEST_CASE("a row stays if its position or its id is another one", "[pg_removal]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "others");
    const auto ledger = ledger_in(work);
    work.insert("unnest(ARRAY['new', 'B', 'c', 'x'])");
    work.change(
        "CREATE COLLATION careless(provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    work.change("ALTER TABLE work ALTER id TYPE text COLLATE careless");
    Batch batch;
    batch.add("old", 1);
    batch.add("b", 2);
    batch.add("c", 4);
    ledger->commit(batch.range(), context("table:work"));
    CHECK(left_in(work) == "new,B,c,x");
    // An invoice that was given again has no row: this is another one, of the same number and id.
    Batch given;
    Record& record = given.add("c", 3);
    record.parts = Record::kHasAttempt;
    record.attempt = Attempt();
    record.attempt.flags = Attempt::kGivenAgain;
    ledger->commit(given.range(), context("table:work"));
    CHECK(left_in(work) == "new,B,c,x");
    // Nor is it the table of another source.
    Batch other;
    other.add("x", 4);
    ledger->commit(other.range(), context("exec:table:work"));
    CHECK(left_in(work) == "new,B,c,x");
}

TEST_CASE("a row whose id cannot be one goes with the record of its safe id", "[pg_removal]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "unusable");
    const auto ledger = ledger_in(work);
    work.change(
        "INSERT INTO work(id, taken_until) VALUES('', now()), (repeat('x', 4097), now()), ('usable', now())");
    Batch batch;
    for (std::uint64_t position = 1; position <= 3; ++position) {
        batch.add("safe~" + std::to_string(position), position, Status::Failed).id_length |= kIdUnusable;
    }
    ledger->commit(batch.range(), context("table:work"));
    CHECK(left_in(work) == "usable");
}

TEST_CASE("results are recorded although the table is gone, and wait while it cannot be used",
          "[pg_removal]") {
    PostgresServer* const server = postgres_server();
    if (server == nullptr) return;
    const WorkFixture work(*server, "gone");
    const auto ledger = ledger_in(work);
    work.insert("unnest(ARRAY['a', 'b', 'c'])");
    CommitContext to_table = context("table:work");
    Batch batch = numbers(1, 3);
    work.change("ALTER TABLE work RENAME id TO name");
    std::string said;
    try {
        ledger->commit(batch.range().first_ones(1), to_table);
    } catch (const LedgerUnavailable& error) {
        said = error.what();
    }
    INFO(said);
    CHECK(said.find("the rows of the table work cannot be removed") != std::string::npos);
    CHECK(work.recorded() == 0);
    work.change("ALTER TABLE work RENAME name TO id");
    ledger->commit(batch.range().first_ones(1), to_table);
    CHECK(work.recorded() == 1);
    work.change("DROP TABLE work");
    Batch next = numbers(4, 2);
    ledger->commit(next.range(), context("table:work"));
    ledger->commit(next.range(), context("table:nowhere.work"));
    CHECK(work.recorded() == 3);
}
