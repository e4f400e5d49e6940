// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/open/open_ledger.hpp"

#include "common/ledger/sqlite/ledger_schema.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("the none ledger answers with each record's status, wherever the storage wraps", "[ledger]") {
    LedgerSpec spec;
    spec.kind = LedgerSpec::Kind::None;
    const auto ledger = open_ledger(spec);
    const auto first = GENERATE(0U, 1U, 2U);
    Batch batch;
    batch.add("a", 1);
    batch.add("b", 2, Status::Rejected);
    batch.add("c", 3, Status::Failed);
    ledger->commit(batch.range_from(first), context("sequence", 3));
    CHECK(batch.outcomes() == std::vector{Outcome::Booked, Outcome::Rejected, Outcome::Failed});
    CHECK_FALSE(ledger->cursor("sequence"));
    ledger->commit({nullptr, nullptr, 1, 0, 0}, context("sequence"));
}

TEST_CASE("a ledger's spec opens the file it names", "[ledger]") {
    const TemporaryFolder folder;
    LedgerSpec spec;
    spec.kind = LedgerSpec::Kind::Sqlite;
    spec.path = folder.ledger();
    const auto ledger = open_ledger(spec);
    CHECK_FALSE(ledger->cursor("sequence"));
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == std::to_string(kLedgerSchemaVersion));
}
