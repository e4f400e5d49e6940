// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/error.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// The faults that a deep check finds, as one text; with `proof`, its proof if there are none.
std::string faults_of(const std::string& url, const std::optional<Digest>& head = std::nullopt,
                      std::string* proof = nullptr) {
    std::string text;
    read_pg_ledger(url, [&](LedgerReader& reader) {
        text.clear();
        const SelfCheck check = reader.check_seal(5, head);
        for (const std::string& fault : check.faults) text += fault + "\n";
        if (proof != nullptr) *proof = check.proof;
    });
    return text;
}

std::string self_check_of(const std::string& url) {
    std::string text;
    read_pg_ledger(url, [&](LedgerReader& reader) {
        text.clear();
        for (const std::string& fault : reader.check_itself(20).faults) text += fault + "\n";
    });
    return text;
}

// Two hosts, outcomes of every kind, and a negative generation.
void write_history(PgLedgerFixture& ledger) {
    ledger.commit(7, "table:jobs",
                  {{"a"}, {"b", 2, "failed", "why"}, {"c", 3, "waiting"}, {"a", 9, "", "", "duplicates"}});
    ledger.commit(0xf000'0000'0000'0001, "table:jobs", {{"d", 4}, {"e", 5, "rejected", "no"}});
    ledger.commit(7, "table:jobs", {{std::string(600, 'x'), 6}});
    ledger.commit(9, "nats://q", {{"f", 7, "failed", "once", "history"}, {"f", 8}});
}

}  // namespace

TEST_CASE("PgReader: the books have every source of all hosts", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    write_history(ledger);
    ledger.change(
        "INSERT INTO sources(source, cursor, decided, updated_at) VALUES('lines:/x', 40, 2, 1),"
        " ('table:jobs', NULL, 1, 1)");
    ledger.change(
        "INSERT INTO generations(generation, source, recorded, added, began_at, updated_at)"
        " VALUES(-1, 'clerk', 3, 3, 1, 1)");
    read_pg_ledger(ledger.url(), [&](LedgerReader& reader) {
        const auto books = reader.books();
        REQUIRE(books.size() == 3);
        CHECK(books[0].source == "lines:/x");
        CHECK(books[0].cursor == 40);
        CHECK(books[0].acquired == 2);
        CHECK(books[0].rows() == 0);
        CHECK(books[1].source == "nats://q");
        CHECK_FALSE(books[1].cursor);
        CHECK(books[1].acquired == 2);
        CHECK(books[1].booked == 1);
        CHECK(books[1].history == 1);
        CHECK(books[2].source == "table:jobs");
        CHECK_FALSE(books[2].cursor);
        CHECK(books[2].acquired == 8);
        CHECK(books[2].booked == 3);
        CHECK(books[2].failed == 1);
        CHECK(books[2].rejected == 1);
        CHECK(books[2].waiting == 1);
        CHECK(books[2].duplicates == 1);
        CHECK(books[2].pruned == 0);
        CHECK(reader.id() != 0);
        CHECK(reader.last_commit(7)->recorded == 5);
        CHECK(reader.last_commit(8)->recorded == 0);
        std::vector<std::uint64_t> positions;
        reader.for_each_position("table:jobs", 2, 6, [&](std::uint64_t at) { positions.push_back(at); });
        std::sort(positions.begin(), positions.end());
        CHECK(positions == std::vector<std::uint64_t>{2, 3, 4, 5, 6});
        positions.clear();
        reader.for_each_former_position("nats://q", 0, 100,
                                        [&](std::uint64_t at) { positions.push_back(at); });
        CHECK(positions == std::vector<std::uint64_t>{7});
    });
}

TEST_CASE("PgReader: a reader sees one moment", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.commit(7, "table:jobs", {{"a"}});
    read_pg_ledger(ledger.url(), [&](LedgerReader& reader) {
        const auto before = reader.books();
        ledger.commit(7, "table:jobs", {{"b", 2}});
        CHECK(reader.books()[0].booked == before[0].booked);
        CHECK(reader.last_commit(7)->recorded == 1);
    });
}

TEST_CASE("PgReader: an honest ledger is as it was written", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    CHECK(faults_of(ledger.url()).empty());
    write_history(ledger);
    std::string proof;
    CHECK(faults_of(ledger.url(), std::nullopt, &proof).empty());
    CHECK(proof == "sealed: 9 outcomes in 4 commits of 3 chains are as they were written");
    const auto head = parse_digest(
        ledger.ask("(SELECT encode(head, 'hex') FROM commits WHERE generation = 7 AND number = 1)"));
    REQUIRE(head);
    CHECK(faults_of(ledger.url(), head, &proof).empty());
    CHECK(proof ==
          "sealed: 9 outcomes in 4 commits of 3 chains are as they were written; commit 1 of generation "
          "0000000000000007 has that head; 3 commits came later, or beside it");
    CHECK(faults_of(ledger.url(), Digest{}).find("no commit has the head") == 0);
    CHECK(self_check_of(ledger.url()).empty());
}

TEST_CASE("PgReader: whatever is changed in a sealed ledger is found, and named", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    struct Forgery {
        const char* sql;
        const char* fault;
    };
    constexpr Forgery kForgeries[] = {
        {"UPDATE invoices SET gross = gross + 1 WHERE id = 'd'",
         "commit 1 of generation f000000000000001: a value of its 2 rows (results 0 to 1) was changed"},
        {"UPDATE invoices SET reason = 'x' WHERE id = 'b'",
         "commit 1 of generation 0000000000000007: a value of its 4 rows (results 0 to 3) was changed"},
        {"DELETE FROM invoices WHERE id = 'e'",
         "commit 1 of generation f000000000000001: it wrote 2 rows (results 0 to 1), and 1 is there"},
        {"UPDATE duplicates SET seen_at = seen_at + 1", "commit 1 of generation 0000000000000007"},
        {"DELETE FROM history", "commit 1 of generation 0000000000000009: it wrote 2 rows"},
        {"INSERT INTO invoices(key, id, source, position, status, attempts, consumer, acquired_at, stored_at)"
         " VALUES('z', 'z', 'table:jobs', 77, 'booked', 1, 0, 1, 1)",
         "the row of 'z' belongs to no commit"},
        {"INSERT INTO history(key, id, source, position, status, attempts, consumer, acquired_at, stored_at,"
         " generation, record) VALUES('f', 'f', 'table:jobs', 77, 'failed', 1, 0, 1, 1, 7, 1000)",
         "a row of 'f' in history belongs to no commit"},
        {"UPDATE invoices SET digest = sha256('x') WHERE id = 'a'",
         "the row of 'a' has a digest that is not the one of its values"},
        {"DELETE FROM commits WHERE generation = 7 AND number = 1",
         "commit 1 of generation 0000000000000007 is missing"},
        {"DELETE FROM commits WHERE generation = 9",
         "generation 0000000000000009 has recorded 2 results, and has no chain"},
        {"UPDATE commits SET stored_at = stored_at + 1 WHERE generation = 9",
         "commit 1 of generation 0000000000000009 is not the one that was written"},
        {"UPDATE commits SET digest = sha256('x') WHERE generation = 7 AND number = 2",
         "commit 2 of generation 0000000000000007 is not the one that was written"},
        {"UPDATE commits SET kind = 'decided' WHERE generation = 9",
         "commit 1 of generation 0000000000000009 is of a kind that cannot be there"},
        {"UPDATE generations SET recorded = recorded + 1 WHERE generation = 9",
         "generation 0000000000000009 has recorded 3 results, and its chain covers 2"},
        {"UPDATE generations SET taken = 2 WHERE generation = 9",
         "generations says that a chain has taken in commit 2 of generation 0000000000000009"},
        {"UPDATE invoices SET id = CASE id WHEN 'a' THEN 'd' ELSE 'a' END WHERE id IN ('a', 'd')",
         "was changed"},
        {"INSERT INTO pruned(key, id, source, position, status, digest, pruned_in)"
         " VALUES('p', 'p', 'table:jobs', 5, 'booked', sha256('x'), 4)",
         "1 row in pruned has no commit"},
        {"DELETE FROM invoices WHERE id = 'f'", "'f' has outcomes that were replaced, and no row"},
        {"UPDATE history SET status = 'booked'; UPDATE invoices SET status = 'failed' WHERE id = 'f'",
         "'f' was booked, and its row is not"},
    };
    for (const Forgery& forgery : kForgeries) {
        INFO(forgery.sql);
        PgLedgerFixture ledger;
        write_history(ledger);
        const std::string_view sql = forgery.sql;
        const auto middle = sql.find("; ");
        ledger.change(std::string(sql.substr(0, middle)));
        if (middle != std::string_view::npos) ledger.change(std::string(sql.substr(middle + 2)));
        const std::string faults = faults_of(ledger.url());
        CHECK(faults.find(forgery.fault) != std::string::npos);
        CAPTURE(faults);
        if (faults.find(forgery.fault) == std::string::npos) FAIL_CHECK("it is not named");
    }
}

TEST_CASE("PgReader: no more faults are told than were asked for", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add_many("n", "booked", 2000);
    const std::string faults = faults_of(ledger.url());
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 6);
    CHECK(faults.find("and 1995 faults more") != std::string::npos);
}

TEST_CASE("PgReader: an index that lacks a row, a stray row and a wrong key are found", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    write_history(ledger);
    // PostgreSQL leaves an index alone that is not ready.
    const auto insert_past = [&](const std::string& index, const std::string& insert) {
        ledger.change(
            fmt::format("UPDATE pg_index SET indisready = false WHERE indexrelid = '{}'::regclass", index));
        PgConnection(ledger.url()).run(insert);
        ledger.change(
            fmt::format("UPDATE pg_index SET indisready = true WHERE indexrelid = '{}'::regclass", index));
    };
    const auto invoice = [](const std::string& id, const std::string& status) {
        return fmt::format(
            "INSERT INTO invoices(key, id, source, position, status, attempts, consumer, acquired_at,"
            " stored_at) VALUES('{0}', '{0}', 's', 1, '{1}', 1, 0, 1, 5)",
            id, status);
    };
    insert_past("invoices_stored", invoice("past", "booked"));
    insert_past("invoices_not_booked", invoice("past2", "failed"));
    insert_past("invoices_pkey", invoice("past3", "booked"));
    ledger.change("INSERT INTO duplicates(key, id, source, position, seen_at) VALUES('q', 'q', 's', 1, 1)");
    ledger.change("INSERT INTO bodies(key, id, body) VALUES('r', 'r', '')");
    ledger.change("UPDATE history SET key = 'g'");
    const std::string faults = self_check_of(ledger.url());
    INFO(faults);
    CHECK(faults.find("the index invoices_stored finds 9 of the 10 rows") != std::string::npos);
    CHECK(faults.find("the index invoices_not_booked finds 3 of the 4 rows") != std::string::npos);
    CHECK(faults.find("the index invoices_pkey finds 9 of the 10 rows that belong to it:"
                      " REINDEX INDEX invoices_pkey") != std::string::npos);
    CHECK(faults.find("'q' is in duplicates, and has no row") != std::string::npos);
    CHECK(faults.find("'r' has a body, and no row") != std::string::npos);
    CHECK(faults.find("'f' has a key in history that is not its own") != std::string::npos);
}

TEST_CASE("PgReader: what cannot be read says why, and what to do", "[pg_reader]") {
    if (postgres_server() == nullptr) return;
    const auto refused = [](const std::string& url) {
        return refusal_of([&] { read_pg_ledger(url, [](LedgerReader&) {}); });
    };
    const auto missing = refused(postgres_server()->url("nobodys"));
    CHECK(missing.status == ExitStatus::Configuration);
    CHECK(missing.text.find("does not exist; name another database") != std::string::npos);
    const auto no_ledger = refused(postgres_server()->make_database("bare"));
    CHECK(no_ledger.status == ExitStatus::NoInput);
    const auto nobody = refused("postgresql://postgres@127.0.0.1:1/ledger");
    CHECK(nobody.status == ExitStatus::InputOutput);
    PgLedgerFixture ledger;
    ledger.change("DROP ROLE IF EXISTS stranger");
    ledger.change("CREATE ROLE stranger LOGIN");
    ledger.change("GRANT USAGE ON SCHEMA " + ledger.ask("current_schema()") + " TO stranger");
    std::string url = ledger.url();
    url.replace(url.find("postgres@"), 9, "stranger@");
    const auto denied = refused(url);
    CHECK(denied.status == ExitStatus::Configuration);
    CHECK(denied.text.find("permission denied") != std::string::npos);
    ledger.change("DROP OWNED BY stranger");
    ledger.change("DROP ROLE stranger");
    ledger.change("ALTER TABLE commits DROP COLUMN heads CASCADE");
    const auto changed = refusal_of([&] { static_cast<void>(faults_of(ledger.url())); });
    CHECK(changed.status == ExitStatus::Configuration);
}
