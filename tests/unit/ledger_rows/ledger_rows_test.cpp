// SPDX-License-Identifier: Apache-2.0
// Ids in the rows: two that differ never share one, and what version 0.1.0 recorded is not recorded again.
#include "common/ledger/sqlite/rows/ledger_rows.hpp"

#include "common/base/printable.hpp"
#include "common/core/item.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_lookup.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string safe_id(std::string_view id) {
    Item item;
    item.set_safe_id(id);
    return item.shown_id();
}

// A row as version 0.1.0 wrote it, with the id's bytes or a safe id in the column `id`.
void write_row(const LedgerFolder& folder, std::string_view id, std::int64_t position,
               std::string_view status) {
    SqliteConnection database(folder.ledger(), false, std::chrono::seconds(5));
    SqliteStatement insert(
        database,
        "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at,"
        " stored_at) VALUES(?1, 'spool:/in', ?2, ?3, 1, 0, 1, 1)");
    insert.bind(1, id);
    insert.bind(2, position);
    insert.bind(3, status);
    insert.run();
}

std::vector<Outcome> commit(const LedgerFolder& folder, std::string_view id, std::uint64_t position) {
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("before", 1);
    batch.add(id, position);
    batch.add("behind", 2);
    ledger.commit(batch.range(), context("spool:/in"));
    return batch.outcomes();
}

std::string rows(const LedgerFolder& folder) {
    return ask(folder.ledger(), "SELECT count(*) FROM invoices WHERE id NOT IN ('before', 'behind')") +
           " and " + ask(folder.ledger(), "SELECT count(*) FROM duplicates");
}

}  // namespace

TEST_CASE("ids of any bytes are stored as they are shown, each in a row of its own", "[ledger_rows]") {
    const std::vector<std::string> ids = {"a\tb",
                                          "a\\x09b",
                                          "a\\x5cx09b",
                                          "a\nb",
                                          "caf\xe9",
                                          "caf\u00e9",
                                          "caf\\xe9",
                                          "\x1b[1m",
                                          "a\\",
                                          "a\\b",
                                          "a",
                                          "\xef\xbb\xbf"
                                          "a",
                                          "\u200b",
                                          " ",
                                          "'"};
    const bool with_details = GENERATE(false, true);
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::size_t i = 0; i < 100; ++i) {
        batch.add(i < ids.size() ? ids[i] : "plain-" + std::to_string(i), i);
        if (with_details) batch.details().set_supplier("S");
    }
    for (const bool again : {false, true}) {
        INFO("again " << again);
        ledger.commit(batch.range(), context("spool:/in"));
        for (const Outcome outcome : batch.outcomes()) CHECK(outcome == Outcome::Booked);
        CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "100");
        CHECK(ask(folder.ledger(), "SELECT count(*) FROM duplicates") == "0");
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
        CHECK(ask(folder.ledger(), "SELECT id FROM invoices WHERE position = " + std::to_string(i)) ==
              printable(ids[i]));
    }
    // From another position each is a duplicate, once.
    Batch other;
    for (std::size_t i = 0; i < ids.size(); ++i) other.add(ids[i], 1000 + i);
    for (const bool again : {false, true}) {
        INFO("again " << again);
        ledger.commit(other.range(), context("spool:/in"));
        for (const Outcome outcome : other.outcomes()) CHECK(outcome == Outcome::Duplicate);
        CHECK(ask(folder.ledger(), "SELECT count(*) FROM duplicates") == std::to_string(ids.size()));
    }
}

TEST_CASE("what version 0.1.0 recorded as failed under a safe id is not recorded again", "[ledger_rows]") {
    const std::string id = GENERATE(std::string("a\tb"), std::string("\x1b[1m\xe9"), std::string("a\x7f"));
    const LedgerFolder folder;
    static_cast<void>(SqliteLedger(folder.ledger()));
    write_row(folder, safe_id(id), 7, "failed");
    CHECK(commit(folder, id, 7) == std::vector{Outcome::Booked, Outcome::Failed, Outcome::Booked});
    CHECK(rows(folder) == "1 and 0");
    // A spool that starts finds the file done.
    const FileIdentity file{1, 7, 0};
    const auto answer = make_sqlite_lookup(folder.ledger(), "spool:/in", {})->find(id, file);
    REQUIRE(answer);
    CHECK(answer->outcome == Outcome::Failed);
    // From another position the id is new: that version has never processed it.
    CHECK(commit(folder, id, 8) == std::vector{Outcome::Booked, Outcome::Booked, Outcome::Booked});
    CHECK(rows(folder) == "2 and 0");
}

TEST_CASE("what version 0.1.0 booked under bytes that are shown differently is not booked again",
          "[ledger_rows]") {
    const std::string id = GENERATE(std::string("caf\xe9"), std::string("a\xe2\x80\x8b"));
    const LedgerFolder folder;
    static_cast<void>(SqliteLedger(folder.ledger()));
    write_row(folder, id, 7, "booked");
    CHECK(commit(folder, id, 7).at(1) == Outcome::Booked);
    CHECK(rows(folder) == "1 and 0");
    for (const bool again : {false, true}) {
        INFO("again " << again);
        CHECK(commit(folder, id, 8).at(1) == Outcome::Duplicate);
        CHECK(rows(folder) == "1 and 1");
    }
    const auto lookup = make_sqlite_lookup(folder.ledger(), "spool:/in", {});
    CHECK(lookup->find(id, {1, 7, 0})->outcome == Outcome::Booked);
    CHECK(lookup->find(id, {1, 8, 0})->outcome == Outcome::Duplicate);
    CHECK_FALSE(lookup->find(id, {1, 9, 0}));
}

TEST_CASE("a duplicate that version 0.1.0 recorded under a safe id is not recorded again", "[ledger_rows]") {
    const LedgerFolder folder;
    static_cast<void>(SqliteLedger(folder.ledger()));
    write_row(folder, safe_id("a\tb"), 7, "failed");
    {
        SqliteConnection database(folder.ledger(), false, std::chrono::seconds(5));
        SqliteStatement insert(
            database, "INSERT INTO duplicates(source, position, id, seen_at) VALUES('spool:/in', 8, ?1, 1)");
        const std::string id = safe_id("a\tb");
        insert.bind(1, id);
        insert.run();
    }
    CHECK(commit(folder, "a\tb", 8).at(1) == Outcome::Duplicate);
    CHECK(rows(folder) == "1 and 1");
}

TEST_CASE("the first line of a list that version 0.1.0 booked with its byte order mark is not booked again",
          "[ledger_rows]") {
    const LedgerFolder folder;
    static_cast<void>(SqliteLedger(folder.ledger()));
    write_row(folder,
              "\xef\xbb\xbf"
              "a",
              0, "booked");
    CHECK(commit(folder, "a", 0).at(1) == Outcome::Booked);
    CHECK(rows(folder) == "1 and 0");
    CHECK(commit(folder, "a", 3).at(1) == Outcome::Booked);  // that one is another id to version 0.1.0
    CHECK(rows(folder) == "2 and 0");
}
