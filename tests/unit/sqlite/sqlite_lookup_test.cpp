// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/sqlite_lookup.hpp"

#include <array>
#include <string_view>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr FileIdentity kFile{1, 4711, 1'700'000'000'000'000'000};
constexpr FileIdentity kNoBirth{1, 4711, 0};

// A ledger with one row and the question.
struct Asked {
    explicit Asked(std::uint64_t position, Status status = Status::Rejected) {
        SqliteLedger ledger(folder.ledger());
        Batch batch;
        batch.add("a", position, status);
        ledger.commit(batch.range(), context("spool:/in"));
    }
    [[nodiscard]] std::unique_ptr<LedgerLookup> lookup(const std::string& source = "spool:/in") const {
        return make_sqlite_lookup(folder.ledger(), source, {});
    }
    LedgerFolder folder;
};

}  // namespace

TEST_CASE("an invoice is known by its id and its file", "[ledger_lookup]") {
    const Asked asked(kFile.position());
    const auto lookup = asked.lookup();
    CHECK(lookup->knows_source());
    const auto answer = lookup->find("a", kFile);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::Rejected);
    CHECK_FALSE(answer->by_inode);
    CHECK_FALSE(lookup->find("b", kFile));
    // The inode was used again, for another file of the same name.
    CHECK_FALSE(lookup->find("a", {1, 4711, kFile.birth_ns + 1}));
}

TEST_CASE("an invoice that its source gives again is known whatever its row says", "[ledger_lookup]") {
    const Asked asked(7, GENERATE(Status::Rejected, Status::Failed, Status::Waiting));
    const std::array<std::string_view, 4> ids{"a", "a", "a", "b"};
    const std::array<std::uint64_t, 4> positions{7, 8, LedgerLookup::kNoPosition, 7};
    std::array<bool, 4> known{};
    asked.lookup()->find_known(ids, positions, known);
    CHECK(known == std::array<bool, 4>{true, false, false, false});
    asked.lookup("spool:/elsewhere")->find_known(ids, positions, known);
    CHECK(known == std::array<bool, 4>{});
    change(asked.folder.ledger(), "UPDATE invoices SET status = 'booked'");
    asked.lookup("spool:/elsewhere")->find_known(ids, positions, known);
    CHECK(known == std::array<bool, 4>{true, true, true, false});
}

TEST_CASE("another source's invoice is not this one's", "[ledger_lookup]") {
    const Asked asked(kFile.position());
    const auto lookup = asked.lookup("spool:/elsewhere");
    CHECK_FALSE(lookup->knows_source());
    CHECK_FALSE(lookup->find("a", kFile));
}

TEST_CASE("a duplicate is known as one", "[ledger_lookup]") {
    const Asked asked(1);
    change(asked.folder.ledger(), "UPDATE invoices SET status = 'booked'");
    {
        SqliteLedger ledger(asked.folder.ledger());
        Batch batch;
        batch.add("a", kFile.position());
        ledger.commit(batch.range(), context("spool:/in"));
    }
    const auto answer = asked.lookup()->find("a", kFile);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::Duplicate);
}

TEST_CASE("a row of version 0.1.0, which knew inodes only, is that of a file that is older than it",
          "[ledger_lookup]") {
    const Asked asked(kFile.inode, Status::Booked);
    const auto lookup = asked.lookup();
    const auto answer = lookup->find("a", kFile);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::Booked);
    CHECK(answer->by_inode);
    const std::uint64_t later_ns = static_cast<std::uint64_t>(wall_us()) * 1000 + 3'600'000'000'000;
    CHECK_FALSE(lookup->find("a", {1, kFile.inode, later_ns}));
    // Where files have no birth time the inode is the position.
    const auto same = lookup->find("a", kNoBirth);
    REQUIRE(same);
    CHECK_FALSE(same->by_inode);
}

TEST_CASE("a ledger that is not there cannot be asked", "[ledger_lookup]") {
    const LedgerFolder folder;
    const auto missing = make_sqlite_lookup(folder.ledger(), "spool:/in", {});
    CHECK_THROWS_AS(missing->knows_source(), LedgerUnavailable);
    CHECK_THROWS_AS(missing->find("a", kFile), LedgerUnavailable);
}

TEST_CASE("a question changes nothing and leaves nothing behind", "[ledger_lookup]") {
    const Asked asked(kFile.position());
    const auto lookup = asked.lookup();
    CHECK(lookup->find("a", kFile));
    lookup->close();
    CHECK_FALSE(std::filesystem::exists(asked.folder.ledger().native() + "-wal"));
    CHECK(ask(asked.folder.ledger(), "SELECT count(*) FROM invoices") == "1");
    CHECK(lookup->find("a", kFile));  // and can be asked again
}
