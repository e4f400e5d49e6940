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
    ledger->commit(no_records(), context("sequence"));
}

TEST_CASE("a ledger's spec opens the file it names", "[ledger]") {
    const LedgerFolder folder;
    LedgerSpec spec;
    spec.kind = LedgerSpec::Kind::Sqlite;
    spec.path = folder.ledger();
    const auto ledger = open_ledger(spec);
    CHECK_FALSE(ledger->cursor("sequence"));
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == std::to_string(kLedgerSchemaVersion));
}

TEST_CASE("a ledger that keeps nothing knows nothing and cannot be read", "[ledger]") {
    const LedgerSpec none{LedgerSpec::Kind::None, {}};
    const auto lookup = make_ledger_lookup(none, "spool:/in");
    CHECK_FALSE(lookup->remembers());
    CHECK_FALSE(lookup->knows_source());
    CHECK_FALSE(lookup->find("a", FileIdentity{}));
    CHECK_FALSE(read_ledger(none, [](LedgerReader&) { FAIL("there is nothing to read"); }));
}

TEST_CASE("the ledger that a spec names can be asked and read", "[ledger]") {
    const LedgerFolder folder;
    const LedgerSpec spec{LedgerSpec::Kind::Sqlite, folder.ledger()};
    Batch batch;
    batch.add("a", 1);
    batch.add("b", 2, Status::Failed);
    open_ledger(spec)->commit(batch.range(), context("sequence", 3));
    const auto lookup = make_ledger_lookup(spec, "sequence");
    CHECK(lookup->remembers());
    CHECK(lookup->knows_source());
    bool has_read = false;
    CHECK(read_ledger(spec, [&](LedgerReader& reader) {
        const auto books = reader.books();
        REQUIRE(books.size() == 1);
        CHECK(books[0].booked == 1);
        CHECK(books[0].failed == 1);
        CHECK(reader.check_itself(1).faults.empty());
        std::vector<std::uint64_t> positions;
        reader.for_each_position("sequence", 2, 9, [&](std::uint64_t each) { positions.push_back(each); });
        CHECK(positions == std::vector<std::uint64_t>{2});
        has_read = true;
    }));
    CHECK(has_read);
}
