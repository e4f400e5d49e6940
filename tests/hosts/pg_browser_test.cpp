// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_browser.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/ledger/postgresql/people/pg_selection.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Texts = std::vector<std::string>;

std::string id_of(const LedgerRow& row) {
    return std::string(row[ledger_column("id")].text);
}

RowSelection only(RowStatus status) {
    RowSelection selection;
    selection.add(status);
    return selection;
}

Texts newest(const PgLedgerFixture& ledger, const RowSelection& selection, std::uint64_t most = 100) {
    Texts ids;
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
        browser.newest(selection, most, [&](const LedgerRow& row) { ids.push_back(id_of(row)); });
    });
    return ids;
}

std::uint64_t count(const PgLedgerFixture& ledger, const RowSelection& selection) {
    std::uint64_t rows = 0;
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) { rows = browser.count(selection); });
    return rows;
}

}  // namespace

TEST_CASE("PgBrowser: rows that are not booked are listed, the newest first", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add("a", "failed", 10);
    ledger.add("b", "waiting", 30);
    ledger.add("c", "booked", 40);
    ledger.add("d", "rejected", 20);
    ledger.add("e", "failed", 50);
    CHECK(newest(ledger, not_booked()) == Texts{"e", "b", "d", "a"});
    CHECK(newest(ledger, not_booked(), 2) == Texts{"e", "b"});
    CHECK(newest(ledger, only(RowStatus::Booked)) == Texts{"c"});
    CHECK(newest(ledger, RowSelection{}).empty());
    CHECK(count(ledger, not_booked()) == 4);
    CHECK(count(ledger, only(RowStatus::Failed)) == 2);
    CHECK(count(ledger, RowSelection{}) == 0);
}

TEST_CASE("PgBrowser: a selection has reasons by a pattern, and a time", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add("a", "failed", 10, "exit status 1");
    ledger.add("b", "failed", 20, "exit status 2");
    ledger.add("c", "waiting", 30, "killed by signal 9");
    ledger.add("d", "failed", 40);
    RowSelection selection = not_booked();
    selection.reason = "exit status *";
    CHECK(newest(ledger, selection) == Texts{"b", "a"});
    CHECK(count(ledger, selection) == 2);
    selection.since_us = 20;
    CHECK(newest(ledger, selection) == Texts{"b"});
    selection.reason = "exit";
    CHECK(count(ledger, selection) == 0);
    selection.reason = "exit[";
    CHECK(newest(ledger, selection).empty());
    selection.reason.reset();
    CHECK(newest(ledger, selection) == Texts{"d", "c", "b"});
}

TEST_CASE("PgBrowser: pages together have each row once, however small they are", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    const std::size_t bytes = GENERATE(std::size_t{1}, std::size_t{20'000}, std::size_t{1} << 20U);
    PgLedgerFixture ledger;
    ledger.add_many("f", "failed", 25);
    ledger.add_many("b", "booked", 25);
    RowSelection selection = only(RowStatus::Failed);
    selection.add(RowStatus::Booked);
    std::multiset<std::string> ids;
    std::size_t pages = 0;
    for (std::optional<RowPage> page = RowPage{0, 0, bytes}; page; ++pages) {
        browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
            page = browser.read(selection, *page, [&](const LedgerRow& row) { ids.insert(id_of(row)); });
        });
        // A row that comes later does not belong to it.
        if (pages == 0) ledger.add("late", "failed", 1000);
    }
    CHECK(ids.size() == 50);
    for (int i = 1; i <= 25; ++i) {
        CHECK(ids.count(fmt::format("f{}", i)) == 1);
        CHECK(ids.count(fmt::format("b{}", i)) == 1);
    }
    // Three rows of each status share a time. The rows of time 0 and 1 are one page.
    CHECK((bytes == 1) == (pages == 8));
    CHECK((bytes == 20'000) == (pages > 1 && pages < 8));
}

TEST_CASE("PgBrowser: the rows of one status are walked from a mark on", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add_many("f", "failed", 1300);
    ledger.change("UPDATE invoices SET due_at = 77, leased_until = 78 WHERE id = 'f1300'");
    Texts ids;
    RowMark mark;
    for (std::size_t before = 1; before != ids.size();) {
        before = ids.size();
        browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
            std::size_t taken = 0;
            browser.walk(RowStatus::Failed, mark, [&](const RowOutline& row) {
                ids.emplace_back(row.id);
                mark = row.mark;
                CHECK(row.is_leased == (row.id == "f1300"));
                CHECK(row.due_at_us.value_or(0) == (row.id == "f1300" ? 77 : 0));
                return ++taken != 700;
            });
        });
    }
    REQUIRE(ids.size() == 1300);
    CHECK(ids.front() == "f1300");
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1300);
    std::vector<std::int64_t> times;
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
        times.clear();
        browser.times(RowStatus::Failed, 432, [&](std::int64_t at) {
            times.push_back(at);
            return times.size() != 5;
        });
        browser.times(RowStatus::Booked, 0, [&](std::int64_t) {
            FAIL_CHECK("nothing is booked");
            return true;
        });
    });
    CHECK(times == std::vector<std::int64_t>{433, 433, 432, 432, 432});
}

TEST_CASE("PgBrowser: everything known of an id is found", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add("a", "failed", 10, "last");
    ledger.change(
        "INSERT INTO history(key, id, source, position, status, reason, attempts, consumer, acquired_at,"
        " stored_at) VALUES('a', 'a', 'lines:/in', 1, 'rejected', 'first', 1, 0, 1, 5),"
        " ('a', 'a', 'lines:/in', 1, 'failed', 'second', 1, 0, 1, 6)");
    ledger.change(
        "INSERT INTO duplicates(key, source, position, id, seen_at) VALUES('a', 'lines:/in', -1, 'a', 7),"
        " ('a', 'lines:/other', 3, 'a', 9)");
    ledger.change("INSERT INTO bodies(key, id, body) VALUES('a', 'a', '\\x010203')");
    ledger.change("UPDATE invoices SET digest = '\\xabcd', net = -5, generation = -1 WHERE id = 'a'");
    ledger.change(
        "INSERT INTO pruned(key, id, source, position, status, digest, pruned_in)"
        " VALUES('a', 'a', 's', -1, 'failed', '', 1), ('a', 'a', 's', 2, 'replaced', '', 1)");
    const std::string broken = "a\xff";
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
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
        const auto pruned = browser.pruned("a", 10);
        REQUIRE(pruned.size() == 2);
        CHECK(pruned[0].position == UINT64_MAX);
        CHECK(pruned[1].status == "replaced");
        CHECK(browser.pruned("a", 1).size() == 1);
        for (const std::string& id : {std::string("b"), broken}) {
            CHECK_FALSE(browser.find(id, take));
            CHECK(browser.history(id, 10, take) == 0);
            CHECK(browser.duplicates(id, 10, duplicates).empty());
            CHECK(duplicates == 0);
            CHECK_FALSE(browser.body_bytes(id));
            CHECK(browser.pruned(id, 10).empty());
        }
        CHECK(reasons.size() == 4);
    });
}

TEST_CASE("PgBrowser: the open heads are those that no chain has taken in", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.commit(7, "table:jobs", {{"a"}});
    ledger.commit(8, "nats://q", {{"b"}});
    ledger.commit(7, "table:jobs", {{"c"}});
    browse_pg_ledger(ledger.url(), [&](LedgerBrowser& browser) {
        const auto heads = browser.heads();
        REQUIRE(heads.size() == 2);
        CHECK(heads[0].generation == 8);
        CHECK(heads[0].source == "nats://q");
        CHECK(heads[1].generation == 7);
        CHECK(heads[1].number == 2);
        CHECK(to_text(heads[1].head) ==
              ledger.ask("(SELECT encode(head, 'hex') FROM commits WHERE generation = 7 AND number = 2)"));
    });
}

TEST_CASE("PgBrowser: a question ends at its time", "[pg_browser]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add_many("f", "failed", 3);
    // A lock that no reader can pass.
    ledger.database().begin();
    ledger.database().send("LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE");
    static_cast<void>(ledger.database().finish());
    const auto refused = refusal_of([&] {
        browse_pg_ledger(
            ledger.url(), [](LedgerBrowser& browser) { static_cast<void>(browser.count(not_booked())); },
            std::chrono::steady_clock::now() + std::chrono::milliseconds(300));
    });
    CHECK(refused.status == ExitStatus::NotDrained);
    CHECK(refused.text.find("within the time limit") != std::string::npos);
    CHECK(ledger.database().roll_back());
    CHECK(count(ledger, not_booked()) == 3);
}
