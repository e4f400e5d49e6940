// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/sqlite_browser.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/sqlite/people/selection_sql.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/people/rows_fixture.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Texts = std::vector<std::string>;

std::string id_of(const LedgerRow& row) {
    return std::string(row[ledger_column("id")].text);
}

struct Browsed : RowsFixture {
    template <class Ask>
    void browse(Ask&& ask_it) const {
        browse_sqlite_ledger(folder.ledger(), ask_it);
    }
    [[nodiscard]] Texts newest(const RowSelection& selection, std::uint64_t most = 100) const {
        Texts ids;
        browse([&](LedgerBrowser& browser) {
            ids.clear();
            browser.newest(selection, most, [&](const LedgerRow& row) { ids.push_back(id_of(row)); });
        });
        return ids;
    }
    [[nodiscard]] std::uint64_t count(const RowSelection& selection) const {
        std::uint64_t rows = 0;
        browse([&](LedgerBrowser& browser) { rows = browser.count(selection); });
        return rows;
    }
};

RowSelection only(RowStatus status) {
    RowSelection selection;
    selection.add(status);
    return selection;
}

}  // namespace

TEST_CASE("rows that are not booked are listed over all statuses, the newest first", "[sqlite_browser]") {
    const Browsed ledger;
    ledger.add("a", "failed", 10);
    ledger.add("b", "waiting", 30);
    ledger.add("c", "booked", 40);
    ledger.add("d", "rejected", 20);
    ledger.add("e", "failed", 50);
    CHECK(ledger.newest(not_booked()) == Texts{"e", "b", "d", "a"});
    CHECK(ledger.newest(not_booked(), 2) == Texts{"e", "b"});
    CHECK(ledger.newest(only(RowStatus::Booked)) == Texts{"c"});
    CHECK(ledger.newest(RowSelection{}).empty());
    CHECK(ledger.count(not_booked()) == 4);
    CHECK(ledger.count(only(RowStatus::Failed)) == 2);
    CHECK(ledger.count(RowSelection{}) == 0);
}

TEST_CASE("a selection has reasons by a pattern, and a time", "[sqlite_browser]") {
    const Browsed ledger;
    ledger.add("a", "failed", 10, "exit status 1");
    ledger.add("b", "failed", 20, "exit status 2");
    ledger.add("c", "waiting", 30, "killed by signal 9");
    ledger.add("d", "failed", 40);
    RowSelection selection = not_booked();
    selection.reason = "exit status *";
    CHECK(ledger.newest(selection) == Texts{"b", "a"});
    CHECK(ledger.count(selection) == 2);
    selection.since_us = 20;
    CHECK(ledger.newest(selection) == Texts{"b"});
    selection.reason = "exit";
    CHECK(ledger.count(selection) == 0);
    selection.reason.reset();
    CHECK(ledger.newest(selection) == Texts{"d", "c", "b"});
}

TEST_CASE("rows that are not booked are found by their index", "[sqlite_browser]") {
    const Browsed ledger;
    for (const auto status : {RowStatus::Rejected, RowStatus::Failed, RowStatus::Waiting}) {
        RowSelection selection = not_booked();
        selection.since_us = 5;
        SqliteConnection database(ledger.folder.ledger(), false, std::chrono::seconds(5));
        SqliteStatement rows(database, "EXPLAIN QUERY PLAN SELECT supplier FROM invoices WHERE " +
                                           condition_sql(selection, status) +
                                           " ORDER BY stored_at DESC, rowid DESC");
        REQUIRE(rows.first_row());
        check_mentions(std::string(rows.text(3)),
                       "USING INDEX invoices_not_booked (status=? AND stored_at>?)");
        CHECK_FALSE(rows.next_row());  // the index has the order, too
    }
}

TEST_CASE("pages together have each row once, however small they are", "[sqlite_browser]") {
    const Browsed ledger;
    ledger.add_many("f", "failed", 25);
    ledger.add_many("b", "booked", 25);
    RowSelection selection = only(RowStatus::Failed);
    selection.add(RowStatus::Booked);
    const std::size_t bytes = GENERATE(std::size_t{1}, std::size_t{3000}, std::size_t{1} << 20U);
    Texts ids;
    std::size_t pages = 0;
    for (std::optional<RowPage> page = RowPage{0, 0, bytes}; page; ++pages) {
        ledger.browse([&](LedgerBrowser& browser) {
            page = browser.read(selection, *page, [&](const LedgerRow& row) { ids.push_back(id_of(row)); });
        });
        // Rows that come later do not belong to it.
        if (pages == 0) ledger.add_many("late", "failed", 2);
    }
    CHECK(ids.size() == 50);
    CHECK(ids.front() == "f1");
    CHECK(ids.back() == "b25");
    CHECK((bytes == 1) == (pages > 49));
    CHECK((bytes == 3000) == (pages > 1 && pages < 50));
}

TEST_CASE("everything known of an id is found", "[sqlite_browser]") {
    const Browsed ledger;
    ledger.add("a", "failed", 10, "last");
    change(ledger.folder.ledger(),
           "INSERT INTO history(id, source, position, status, reason, attempts, consumer, acquired_at,"
           " stored_at) VALUES('a', 'lines:/in', 1, 'rejected', 'first', 1, 0, 1, 5),"
           " ('a', 'lines:/in', 1, 'failed', 'second', 1, 0, 1, 6);"
           "INSERT INTO duplicates(source, position, id, seen_at) VALUES('lines:/in', -1, 'a', 7),"
           " ('lines:/other', 3, 'a', 9);"
           "INSERT INTO bodies(id, body) VALUES('a', x'010203');"
           "UPDATE invoices SET digest = x'abcd', net = -5, generation = -1 WHERE id = 'a'");
    ledger.browse([&](LedgerBrowser& browser) {
        Texts reasons;
        const auto take = [&](const LedgerRow& row) {
            reasons.emplace_back(row[ledger_column("reason")].text);
        };
        CHECK(browser.find("a", [&](const LedgerRow& row) {
            take(row);
            CHECK(row[ledger_column("digest")].text == "abcd");
            CHECK(row[ledger_column("net")].number == -5);
            CHECK(row[ledger_column("generation")].number == -1);
            CHECK_FALSE(row[ledger_column("gross")].is_set);
        }));
        CHECK(browser.history("a", 10, take) == 2);
        CHECK(reasons == Texts{"last", "second", "first"});
        CHECK(browser.history("a", 1, take) == 2);
        CHECK(reasons.size() == 4);
        std::uint64_t duplicates = 0;
        const auto rows = browser.duplicates("a", 1, duplicates);
        CHECK(duplicates == 2);
        REQUIRE(rows.size() == 1);
        CHECK(rows.front().source == "lines:/other");
        CHECK(browser.body_bytes("a") == 3);
        CHECK_FALSE(browser.find("b", take));
        CHECK(browser.history("b", 10, take) == 0);
        CHECK(browser.duplicates("b", 10, duplicates).empty());
        CHECK(duplicates == 0);
        CHECK_FALSE(browser.body_bytes("b"));
        CHECK(reasons.size() == 4);
    });
}

TEST_CASE("an id is meant as bytes, as it is shown, or as version 0.1.0 has it", "[sqlite_browser]") {
    CHECK(ids_meant_by("plain.xml") == Texts{"plain.xml"});
    CHECK(ids_meant_by("caf\xe9").front() == "caf\\xe9");
    const auto shown = ids_meant_by("caf\\xe9");
    CHECK(std::find(shown.begin(), shown.end(), "caf\\xe9") != shown.end());
    // Bytes that a terminal would obey are never asked for as they are.
    for (const std::string& id : ids_meant_by("a\x1b[2J")) CHECK(id.find('\x1b') == std::string::npos);
}

TEST_CASE("a ledger that is not there is not created", "[sqlite_browser]") {
    const LedgerFolder folder;
    check_mentions(text_of_refusal([&] { browse_sqlite_ledger(folder.ledger(), [](LedgerBrowser&) {}); },
                                   ExitStatus::NoInput),
                   "start the pipeline first");
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a ledger of an older version is left to a supervisor", "[sqlite_browser]") {
    const LedgerFolder folder;
    change(folder.ledger(), kVersion1);
    check_mentions(text_of_refusal([&] { browse_sqlite_ledger(folder.ledger(), [](LedgerBrowser&) {}); },
                                   ExitStatus::Configuration),
                   "start a supervisor of this version once");
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == "1");
}
