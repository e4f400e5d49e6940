// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/seal_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/ledger/sqlite/seal/commit_chain.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"
#include "tests/unit/seal/honest_ledger.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::vector<ChainHead> heads_of(const std::filesystem::path& ledger) {
    SqliteConnection database(ledger, false, std::chrono::seconds(5));
    return open_heads(database);
}

}  // namespace

TEST_CASE("no honest ledger is called changed, whatever has happened to it", "[seal]") {
    const std::uint64_t seed = test_seed();
    fmt::print("honest ledgers: seed {}\n", seed);
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(scaled(40), 1); ++i) {
        HonestLedger ledger(seed + i);
        for (int step = 0; step < 30; ++step) ledger.live();
        INFO("seed " << seed + i);
        CHECK(faults_of(ledger.path()).empty());
        CHECK(ledger.imbalance() == "0");
    }
}

TEST_CASE("a row that is replaced within its own transaction is where its commit has written it", "[seal]") {
    const LedgerFolder folder;
    Batch first;
    first.add("bad", 1, Status::Failed);
    SqliteLedger(folder.ledger()).commit(first.range(), context("lines:/a"));
    Batch second;
    for (std::uint64_t i = 2; i < 66; ++i) second.add(i == 20 ? "bad" : "i" + std::to_string(i), i);
    SqliteLedger(folder.ledger()).commit(second.range(), context("lines:/b"));
    CHECK(faults_of(folder.ledger()).empty());
}

TEST_CASE("a new chain takes in the heads of the others, once", "[seal]") {
    const LedgerFolder folder;
    Batch one = numbers(1, 3);
    SqliteLedger(folder.ledger()).commit(one.range(), context("sequence"));
    const auto before = heads_of(folder.ledger());
    REQUIRE(before.size() == 1);
    Batch other = numbers(4, 3);
    SqliteLedger(folder.ledger()).commit(other.range(), context("sequence"));
    const auto after = heads_of(folder.ledger());
    REQUIRE(after.size() == 1);
    CHECK(after[0].generation != before[0].generation);
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM commits WHERE length(heads) = 48") == "1");
    CHECK(faults_of(folder.ledger(), before[0].head).empty());
    CHECK(faults_of(folder.ledger(), after[0].head).empty());
}

TEST_CASE("a tail that was cut off with its counts is found by a head that was kept", "[seal]") {
    const LedgerFolder folder;
    const CommitContext with = context("sequence");
    Batch all = numbers(1, 20);
    SqliteLedger(folder.ledger()).commit(all.range().first_ones(10), with);
    const auto early = heads_of(folder.ledger()).at(0).head;
    SqliteLedger(folder.ledger()).commit(all.range(), with);  // ten of them again
    const auto late = heads_of(folder.ledger()).at(0).head;
    CHECK(faults_of(folder.ledger(), late).empty());
    change(folder.ledger(),
           "DELETE FROM commits WHERE number = 2; DELETE FROM invoices WHERE record >= 10;"
           "UPDATE generations SET recorded = 10; UPDATE sources SET acquired = 10");
    CHECK(faults_of(folder.ledger()).empty());
    CHECK(faults_of(folder.ledger(), early).empty());
    check_mentions(faults_of(folder.ledger(), late), "no commit has the head");
}

TEST_CASE("rows of earlier versions are sealed when the ledger is brought up to date", "[seal]") {
    const LedgerFolder folder;
    change(folder.ledger(), kVersion1);
    static_cast<void>(SqliteLedger(folder.ledger()));
    CHECK(ask(folder.ledger(), "SELECT kind || changed FROM commits") == "before3");
    CHECK(faults_of(folder.ledger()).empty());
    Batch more = numbers(10, 2);
    SqliteLedger(folder.ledger()).commit(more.range(), context("sequence"));
    CHECK(faults_of(folder.ledger()).empty());
    SECTION("a value of one is changed") {
        change(folder.ledger(), "UPDATE invoices SET gross = 118 WHERE id = '1'");
        check_mentions(faults_of(folder.ledger()), "when the chains were begun was changed");
    }
    SECTION("one is removed") {
        change(folder.ledger(), "DELETE FROM duplicates");
        check_mentions(faults_of(folder.ledger()), "2 rows have no commit, and 3 were there");
    }
    SECTION("one is added") {
        change(folder.ledger(),
               "INSERT INTO invoices(id, source, position, status, attempts, consumer,"
               " acquired_at, stored_at) VALUES('x', 'sequence', 9, 'booked', 1, 0, 1, 1)");
        check_mentions(faults_of(folder.ledger()), "4 rows have no commit, and 3 were there");
    }
    SECTION("another chain claims them") {
        change(folder.ledger(),
               "UPDATE invoices SET gross = 118 WHERE id = '1';"
               "INSERT INTO commits SELECT -5, 1, kind, first, recorded, changed, stored_at, digest, heads,"
               " head FROM commits WHERE kind = 'before'");
        CHECK_FALSE(faults_of(folder.ledger()).empty());
    }
}
