// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_editor.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/ledger/postgresql/people/pg_reader.hpp"
#include "tests/hosts/pg_ledger_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/refusal.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

using Texts = std::vector<std::string>;

constexpr std::int64_t kEver = std::int64_t{1} << 60U;
const auto nobody = [](std::uint64_t) {};

std::string results(const std::vector<RowChange>& changes) {
    std::string text;
    for (const RowChange& change : changes) {
        text += change.result == RowChange::Result::Changed     ? 'c'
                : change.result == RowChange::Result::Unchanged ? 'n'
                                                                : '?';
    }
    return text;
}

// The columns that people change, of one row.
std::string state_of(PgLedgerFixture& ledger, const std::string& id) {
    return ledger.ask(
        fmt::format("(SELECT concat(status, ' ', coalesce(reason, '-'), ' ', (due_at IS NOT NULL)::int,"
                    " (leased_until IS NOT NULL)::int, ' ', round) FROM invoices WHERE id = '{}')",
                    id));
}

std::string faults_of(const PgLedgerFixture& ledger) {
    std::string text;
    read_pg_ledger(ledger.url(), [&](LedgerReader& reader) {
        text.clear();
        for (const SelfCheck& check : {reader.check_seal(5, std::nullopt), reader.check_itself(5)})
            for (const std::string& fault : check.faults) text += fault + "\n";
        for (const SourceBooks& books : reader.books()) {
            if (books.acquired != books.rows())
                text += fmt::format("{} has {} and {}\n", books.source, books.acquired, books.rows());
        }
    });
    return text;
}

class Watcher final : public PruneWatcher {
  public:
    void will_remove(std::string_view table, const LedgerRow& row) override {
        told.push_back(std::string(table) + " " + std::string(row[ledger_column("id")].text));
    }
    void about_to_remove() override {
        if (fails) throw std::runtime_error("the archive is full");
        if (before) before();
    }
    void removed(std::span<const Removed> rows, std::uint64_t /*so_far*/) override {
        for (const Removed& row : rows) gone.push_back(row.table + " " + row.id);
    }
    Texts told, gone;
    bool fails = false;
    std::function<void()> before;
};

}  // namespace

TEST_CASE("PgEditor: what is not booked is made due now, and nothing else of it changes", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add("f", "failed", 10, "cause");
    ledger.add("r", "rejected", 10, "rule");
    ledger.add("w", "waiting", 10, "later");
    ledger.add("b", "booked", 10);
    ledger.change("UPDATE invoices SET due_at = 9000000000000000 WHERE id = 'w'");
    const std::int64_t before = wall_us();
    const auto changes = make_pg_editor(ledger.url())->retry(Texts{"f", "r", "w", "b", "none", "x\xff"});
    CHECK(results(changes) == "cccn??");
    CHECK(changes[1].status == RowStatus::Rejected);
    CHECK(changes[3].status == RowStatus::Booked);
    CHECK(changes[4].id == "none");
    CHECK(state_of(ledger, "f") == "failed cause 10 0");
    CHECK(state_of(ledger, "r") == "rejected rule 10 0");
    CHECK(state_of(ledger, "w") == "waiting later 10 0");
    CHECK(state_of(ledger, "b") == "booked - 00 0");
    CHECK(ledger.ask(fmt::format("(SELECT count(*) FROM invoices WHERE due_at BETWEEN {} AND {})", before,
                                 wall_us())) == "3");
    CHECK(ledger.ask("(SELECT count(*) FROM invoices WHERE stored_at = 10)") == "4");
}

TEST_CASE("PgEditor: a selection is made due slice by slice, to its end", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add_many("f", "failed", 2 * static_cast<int>(LedgerEditor::kSlice) + 1);
    ledger.add_many("r", "rejected", 5);
    ledger.add_many("b", "booked", 5);
    ledger.add("late", "failed", wall_us() + 3'600'000'000);  // the clock was set back
    ledger.add("why", "failed", 5, "because");
    std::vector<std::uint64_t> told;
    const auto editor = make_pg_editor(ledger.url());
    // After each slice, as many rows have failed again, and are the newest ones.
    const auto fail_again = [&](std::uint64_t so_far) {
        told.push_back(so_far);
        ledger.change(fmt::format("UPDATE invoices SET stored_at = {} WHERE due_at IS NOT NULL", kEver));
    };
    CHECK(editor->retry(not_booked(), fail_again) == 2008);
    CHECK(told == std::vector<std::uint64_t>{5, 1005, 2005, 2008});
    CHECK(ledger.ask("(SELECT string_agg(status || n, ',' ORDER BY status) FROM (SELECT status, count(*) AS n"
                     " FROM invoices WHERE due_at IS NOT NULL GROUP BY status) AS due)") ==
          "failed2003,rejected5");
    RowSelection because = not_booked();
    because.reason = "bec*";
    CHECK(editor->retry(because, nobody) == 1);
    because.since_us = kEver + 1;
    CHECK(editor->retry(because, nobody) == 0);
}

TEST_CASE("PgEditor: cancelling fails what waits and what is due, and says what it was", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.commit(7, "table:jobs",
                  {{"w", 1, "waiting", "downstream is away"},
                   {"bare", 2, "waiting"},
                   {"due", 3, "rejected", "rule"},
                   {"taken", 4, "failed", "cause"},
                   {"f", 5, "failed", "cause"},
                   {"r", 6, "rejected"},
                   {"b", 7}});
    ledger.change("UPDATE invoices SET due_at = 7, round = 3 WHERE id IN ('w', 'due')");
    ledger.change("UPDATE invoices SET leased_until = 7 WHERE id IN ('w', 'taken')");
    CHECK(faults_of(ledger).empty());
    const auto editor = make_pg_editor(ledger.url());
    const Texts ids{"w", "bare", "due", "taken", "f", "r", "b", "x", "w"};
    CHECK(results(editor->cancel(ids)) == "ccccnnn?n");
    CHECK(state_of(ledger, "w") == "failed cancelled; it was waiting: downstream is away 00 4");
    CHECK(state_of(ledger, "bare") == "failed cancelled 00 1");
    CHECK(state_of(ledger, "due") == "failed cancelled; it was rejected: rule 00 4");
    CHECK(state_of(ledger, "taken") == "failed cancelled; it was failed: cause 00 1");
    CHECK(state_of(ledger, "f") == "failed cause 00 0");
    CHECK(state_of(ledger, "r") == "rejected - 00 0");
    CHECK(state_of(ledger, "b") == "booked - 00 0");
    CHECK(faults_of(ledger).empty());
    CHECK(ledger.ask("(SELECT decided FROM sources WHERE source = 'table:jobs')") == "4");
    CHECK(ledger.ask("(SELECT count(*) FROM history)") == "4");
    // Again: there is nothing to cancel. Given again and cancelled again: the reason does not grow.
    CHECK(results(editor->cancel(ids)) == "nnnnnnn?n");
    CHECK(results(editor->retry(Texts{"w"})) == "c");
    CHECK(results(editor->cancel(Texts{"w"})) == "c");
    CHECK(state_of(ledger, "w") == "failed cancelled; it was waiting: downstream is away 00 5");
    CHECK(ledger.ask("(SELECT count(*) FROM commits WHERE generation = -1 AND kind = 'decided')") == "2");
    CHECK(faults_of(ledger).empty());
}

TEST_CASE("PgEditor: more ids than a slice has are all changed", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.add_many("f", "waiting", 1500);
    Texts ids;
    for (int i = 1500; i >= 1; --i) ids.push_back("f" + std::to_string(i));
    const auto editor = make_pg_editor(ledger.url());
    const auto changes = editor->retry(ids);
    CHECK(results(changes) == std::string(1500, 'c'));
    CHECK(changes.front().id == "f1500");
    CHECK(changes.back().id == "f1");
    CHECK(results(editor->cancel(ids)) == std::string(1500, 'c'));
    CHECK(ledger.ask("(SELECT count(*) FROM commits)") == "2");
}

TEST_CASE("PgEditor: what was pruned leaves its id and digest", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    std::vector<WrittenRow> many;
    for (std::uint64_t i = 0; i < 1500; ++i) many.push_back({fmt::format("m{}", i), 1000 + i});
    ledger.commit(7, "table:jobs", many);
    ledger.commit(8, "table:jobs",
                  {{"waits", 1, "waiting"},
                   {"due", 2, "failed", "x"},
                   {"done", 3, "failed", "y"},
                   {"done", 4, "failed", "z", "history"},
                   {"m1", 5, "", "", "duplicates"},
                   {std::string(700, 'l'), 6}});
    ledger.change("INSERT INTO bodies(key, id, body) VALUES('done', 'done', 'b')");
    const auto editor = make_pg_editor(ledger.url());
    static_cast<void>(editor->retry(Texts{"due"}));
    Watcher early;
    CHECK(editor->prune(1'000, early) == 0);
    CHECK(early.told.empty());
    Watcher watcher;
    CHECK(editor->prune(kEver, watcher) == 1504);
    CHECK(watcher.told.size() == 1504);
    CHECK(watcher.gone.size() == 1504);
    CHECK(watcher.gone[1503] == "duplicates m1");
    CHECK(watcher.gone[1502] == "history done");
    CHECK(ledger.ask("(SELECT string_agg(id, ',' ORDER BY id) FROM invoices)") == "due,waits");
    CHECK(ledger.ask("(SELECT count(*) FROM bodies)") == "0");
    CHECK(ledger.ask("(SELECT string_agg(status || n, ',' ORDER BY status) FROM (SELECT status, count(*) AS n"
                     " FROM pruned GROUP BY status) AS gone)") == "booked1501,duplicate1,failed1,replaced1");
    CHECK(faults_of(ledger).empty());
    Watcher next;
    CHECK(editor->prune(0, next) == 0);
    CHECK(next.gone == Texts{"duplicates m1"});  // a kill may have kept it from being told
    ledger.change("UPDATE pruned SET position = position + 1 WHERE id = 'm7'");
    CHECK(faults_of(ledger).find("commit 1 of generation ffffffffffffffff has pruned 1000 rows") == 0);
}

TEST_CASE("PgEditor: a row is told before it goes, and stays if somebody wants it meanwhile", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    ledger.commit(7, "table:jobs", {{"a"}, {"b", 2, "failed"}});
    Watcher full;
    full.fails = true;
    CHECK_THROWS(make_pg_editor(ledger.url())->prune(kEver, full));
    CHECK(ledger.ask("(SELECT count(*) FROM invoices)") == "2");
    Watcher watcher;
    watcher.before = [&] { static_cast<void>(make_pg_editor(ledger.url())->retry(Texts{"b"})); };
    CHECK(make_pg_editor(ledger.url())->prune(kEver, watcher) == 1);
    CHECK(watcher.told == Texts{"invoices a", "invoices b"});
    CHECK(watcher.gone == Texts{"invoices a"});
    CHECK(faults_of(ledger).empty());
}

TEST_CASE("PgEditor: several people at once change each row once", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PgLedgerFixture ledger;
    std::vector<WrittenRow> rows;
    for (std::uint64_t i = 0; i < 300; ++i) rows.push_back({fmt::format("w{}", i), i, "waiting"});
    ledger.commit(7, "table:jobs", rows);
    std::atomic<std::uint64_t> cancelled{0};
    std::vector<std::thread> people;
    for (int person = 0; person < 4; ++person) {
        people.emplace_back([&, person] {
            const auto editor = make_pg_editor(ledger.url());
            for (int i = 0; i < 300; ++i) {
                const Texts ids{fmt::format("w{}", (i * 7 + person) % 300),
                                fmt::format("w{}", (i * 11 + person * 5) % 300)};
                for (const RowChange& change : editor->cancel(ids))
                    cancelled += change.result == RowChange::Result::Changed ? 1 : 0;
            }
        });
    }
    for (std::thread& person : people) person.join();
    CHECK(cancelled == 300);
    CHECK(faults_of(ledger).empty());
}

TEST_CASE("PgEditor: an edit goes on when the server has crashed between two slices", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    PostgresServer server;
    const std::string url = server.make_database("crashed");
    {
        PgConnection database(url);
        make_pg_schema(database);
        database.run(
            "INSERT INTO invoices(key, id, source, position, status, attempts, consumer, acquired_at,"
            " stored_at) SELECT 'f' || i, 'f' || i, 's', i, 'failed', 1, 0, 1, i"
            " FROM generate_series(1, 2500) AS i");
    }
    const auto editor = make_pg_editor(url);
    int crashes = 0;
    const auto crash = [&](std::uint64_t) {
        if (++crashes > 2) return;
        server.crash();
        server.start();
    };
    CHECK(editor->retry(not_booked(), crash) == 2500);
    PgConnection database(url);
    CHECK(database.run("SELECT count(*) FROM invoices WHERE due_at IS NOT NULL").integer(0, 0) == 2500);
}

TEST_CASE("PgEditor: a ledger that cannot be edited is refused", "[pg_editor]") {
    if (postgres_server() == nullptr) return;
    const auto text = [&](const std::string& url, ExitStatus status) {
        return text_of_refusal([&] { return make_pg_editor(url); }, status);
    };
    CHECK(text(postgres_server()->make_database("empty"), ExitStatus::NoInput).find("no ledger yet") !=
          std::string::npos);
    CHECK(text(postgres_server()->url("nowhere"), ExitStatus::Configuration).find("does not exist") !=
          std::string::npos);
    CHECK(!text("postgresql://postgres@127.0.0.1:1/x", ExitStatus::InputOutput).empty());
    PgLedgerFixture ledger;
    PgConnection(ledger.url()).run("ALTER ROLE postgres SET default_transaction_read_only = on");
    CHECK(!text(ledger.url(), ExitStatus::CannotCreate).empty());
    ledger.change("ALTER ROLE postgres RESET default_transaction_read_only");
}
