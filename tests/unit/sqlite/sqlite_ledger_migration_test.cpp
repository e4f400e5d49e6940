// SPDX-License-Identifier: Apache-2.0
// A ledger of an older version becomes one of this version when it is opened: with everything that was in it,
// wholly or not at all, and once. The old tables are written down here as that version made them.
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/utsname.h>

#include <csignal>
#include <string>
#include <vector>

#include "common/ledger/sqlite/ledger_schema.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/disk_death.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string schema(const std::filesystem::path& file) {
    return ask(file,
               "SELECT group_concat(type || ' ' || name || ': ' || coalesce(sql, ''), char(10))"
               " FROM (SELECT * FROM sqlite_schema ORDER BY type, name)");
}

std::string contents(const std::filesystem::path& file) {
    return ask(
        file,
        "SELECT (SELECT group_concat(id || status || coalesce(reason, gross) || stored_at) FROM invoices)"
        " || (SELECT group_concat(source || position || id || seen_at) FROM duplicates)"
        " || (SELECT group_concat(source || cursor || acquired || updated_at) FROM sources)");
}

const std::string kThisVersion = fmt::format("{}", kLedgerSchemaVersion);

}  // namespace

TEST_CASE("amounts of an older version become minor units of their currency", "[sqlite_ledger]") {
    const LedgerFolder folder;
    change(folder.ledger(), kVersion1);
    change(folder.ledger(), "DELETE FROM invoices");
    for (const std::string id : {"EUR", "JPY", "KWD", "CLF"}) {
        change(folder.ledger(), "INSERT INTO invoices VALUES('" + id + "', 's', 1, 'booked', 'A', '" + id +
                                    "', 15000, -5, 9223372036854775807, NULL, NULL, 1, 0, 1, 2)");
    }
    { const SqliteLedger ledger(folder.ledger()); }
    const auto amounts = [&](const std::string& id) {
        return ask(folder.ledger(),
                   "SELECT coalesce(net, '-') || ' ' || coalesce(tax, '-') || ' ' ||"
                   " coalesce(gross, '-') || ' ' || coalesce(due, '-') FROM invoices"
                   " WHERE id = '" +
                       id + "'");
    };
    CHECK(amounts("EUR") == "15000 -5 9223372036854775807 -");
    CHECK(amounts("JPY") == "150 - - -");
    CHECK(amounts("KWD") == "150000 -50 - -");
    CHECK(amounts("CLF") == "1500000 -500 - -");
    // The seal covers what they are now.
    SqliteConnection database(folder.ledger(), false, std::chrono::seconds(5));
    CHECK(check_seal(database, 5, std::nullopt).faults.empty());
}

TEST_CASE("a ledger of version 1 keeps everything and is afterwards like a new one", "[sqlite_ledger]") {
    const LedgerFolder folder;
    change(folder.ledger(), kVersion1);
    const auto before = contents(folder.ledger());
    SqliteLedger ledger(folder.ledger());
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == kThisVersion);
    CHECK(contents(folder.ledger()) == before);
    CHECK(ledger.cursor("sequence") == 4U);

    const auto fresh = folder.path() / "fresh.db";
    { const SqliteLedger made(fresh); }
    CHECK(schema(folder.ledger()) == schema(fresh));
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");

    Batch batch;
    batch.add("4", 4);
    ledger.commit(batch.range(), context("sequence", 5));
    CHECK(ask(folder.ledger(), "SELECT acquired || ' ' || cursor FROM sources") == "4 5");
    CHECK(ask(folder.ledger(), "SELECT recorded || ' ' || added FROM generations WHERE source <> 'clerk'") ==
          "1 1");
}

TEST_CASE("a ledger of version 2 keeps everything, gets a name, and its last commit is redone by its keys",
          "[sqlite_ledger]") {
    const LedgerFolder folder;
    change(folder.ledger(), std::string(kVersion1) + kVersion2);
    const auto before = contents(folder.ledger());
    SqliteLedger ledger(folder.ledger());
    CHECK(contents(folder.ledger()) == before);
    CHECK(ledger.id() != 0);
    const auto fresh = folder.path() / "fresh.db";
    {
        SqliteLedger made(fresh);
        CHECK(made.id() != ledger.id());
    }
    CHECK(schema(folder.ledger()) == schema(fresh));
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");

    // The segments of the old version know of one result only; the dead leader's commit had two more.
    const auto last = ledger.last_commit(77);
    REQUIRE(last);
    CHECK(last->recorded == 3U);
    CHECK_FALSE(last->first.has_value());
    Batch batch;
    std::uint64_t number = 1;
    for (const auto* id : {"1", "2", "2", "4"}) batch.add(id, number++, Status::Failed);
    auto when = context("sequence", 5);
    when.generation = 77;
    ledger.commit({&batch.range().record(0), nullptr, 4, batch.range().bytes(), 1, 3}, when);
    CHECK(batch.outcomes()[1] == Outcome::Rejected);  // as its row says
    CHECK(batch.outcomes()[2] == Outcome::Duplicate);
    CHECK(batch.outcomes()[3] == Outcome::Failed);
    CHECK(ask(folder.ledger(), "SELECT acquired || ' ' || cursor FROM sources") == "4 5");
    CHECK(ask(folder.ledger(),
              "SELECT last_first || ' ' || recorded || ' ' || added || ' ' || length(last_digest) FROM"
              " generations WHERE source <> 'clerk'") == "1 4 4 64");
}

TEST_CASE("a ledger of version 3 keeps everything that was in it, with what the user has added",
          "[sqlite_ledger]") {
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(3));
    const auto before = contents(folder.ledger());
    SqliteLedger ledger(folder.ledger());
    CHECK(ask(folder.ledger(), "SELECT version FROM schema") == kThisVersion);
    CHECK(contents(folder.ledger()) == before);
    CHECK(ledger.id() == 0xa7U);
    CHECK(ask(folder.ledger(), "SELECT group_concat(rowid || id) FROM invoices") == "11,22,34");
    CHECK(ask(folder.ledger(), "SELECT id FROM failures_of_mine") == "4");
    check_mentions(ask(folder.ledger(), "SELECT group_concat(name) FROM pragma_index_list('invoices')"),
                   "by_supplier");
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
    CHECK(ask(folder.ledger(), "PRAGMA quick_check") == "ok");
    // A row of before has the documented values in its new columns.
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(round || failures || coalesce(due_at, leased_until, first_failed_at, kind,"
              " number, issued_on, due_on, supplier_id, buyer, file_digest, repeats, result, output,"
              " exit_status, started_at, worked_us, generation, record, digest, '-')) FROM invoices") ==
          "00-,00-,00-");
    Batch batch;
    batch.add("5", 5);
    batch.add("1", 6);
    auto when = context("sequence", 7);
    when.generation = 79;
    ledger.commit(batch.range(), when);
    CHECK(ask(folder.ledger(), "SELECT generation || ' ' || record FROM invoices WHERE id = '5'") == "79 0");
    CHECK(ask(folder.ledger(), "SELECT generation || ' ' || record FROM duplicates WHERE position = 6") ==
          "79 1");
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(coalesce(host, '-')) FROM generations WHERE generation BETWEEN 0"
              " AND 78") == "-,-");
    utsname names{};
    REQUIRE(::uname(&names) == 0);
    CHECK(ask(folder.ledger(), "SELECT host FROM generations WHERE generation = 79") == names.nodename);
}

TEST_CASE("a migrated ledger has the tables, columns, indices and views of a fresh one", "[sqlite_ledger]") {
    const int version = GENERATE(1, 2, 3);
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(version));
    if (version == 3) change(folder.ledger(), "DROP VIEW failures_of_mine; DROP INDEX by_supplier");
    { const SqliteLedger ledger(folder.ledger()); }
    const auto fresh = folder.path() / "fresh.db";
    { const SqliteLedger made(fresh); }
    const std::string columns =
        "SELECT group_concat(one.name || ' ' || col.cid || col.name || col.type || col.\"notnull\" ||"
        " coalesce(col.dflt_value, '') || col.pk, char(10)) FROM (SELECT name FROM sqlite_schema ORDER BY "
        "name)"
        " AS one, pragma_table_info(one.name) AS col";
    CHECK(ask(fresh, columns).size() > 2000);
    CHECK(ask(folder.ledger(), columns) == ask(fresh, columns));
    const std::string indices =
        "SELECT group_concat(list.name || list.\"unique\" || list.partial, char(10)) FROM (SELECT name FROM"
        " sqlite_schema WHERE type = 'table' ORDER BY name) AS one, pragma_index_list(one.name) AS list";
    CHECK(ask(folder.ledger(), indices) == ask(fresh, indices));
    CHECK(schema(folder.ledger()) == schema(fresh));
}

TEST_CASE("a ledger to which somebody has added what the migration must not touch is refused as it is",
          "[sqlite_ledger]") {
    struct Case {
        std::string sql, says;
    };
    const auto [sql, says] = GENERATE(values<Case>({
        {"CREATE TRIGGER mine AFTER INSERT ON invoices BEGIN SELECT 1; END", "it has a trigger, mine"},
        {"CREATE UNIQUE INDEX mine ON invoices(position)", "it has an index that is unique"},
        {"DROP VIEW readable_sources", "its view readable_sources is not there"},
        {"CREATE TABLE History(id)", "the table History, whose name version 8"},
        {"CREATE VIEW not_booked AS SELECT 1", "the view not_booked, whose name"},
        {"CREATE VIEW joblog AS SELECT 1", "the view joblog, whose name"},
        {"CREATE INDEX invoices_due ON invoices(due)", "the index invoices_due, whose name"},
    }));
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(3));
    change(folder.ledger(), sql);
    const auto before = schema(folder.ledger());
    const auto refusal = refusal_of([&] { const SqliteLedger ledger(folder.ledger()); });
    CHECK(refusal.status == ExitStatus::Configuration);
    check_mentions(refusal.text, says);
    CHECK(refusal.text.find('\n') == std::string::npos);
    CHECK(schema(folder.ledger()) == before);
    CHECK(ask(folder.ledger(), "SELECT version FROM schema") == "3");
}

TEST_CASE("kill -9 at any write of a migration leaves the old version or the new one, whole",
          "[sqlite_ledger][fault]") {
    const int old_number = GENERATE(1, 2, 3);
    const std::string old_version = std::to_string(old_number);
    int kills = 0;
    for (int write = 1;; ++write) {
        const LedgerFolder folder;
        change(folder.ledger(), old_ledger(old_number));
        const auto before = contents(folder.ledger());
        const auto old_schema = schema(folder.ledger());
        const int status = reap(start_child([&] {
            die_at_disk_call(write);
            const SqliteLedger ledger(folder.ledger());
        }));
        const auto version = ask(folder.ledger(), "SELECT version FROM schema_version");
        CHECK((version == old_version || version == kThisVersion));
        CHECK((version == old_version) == (schema(folder.ledger()) == old_schema));
        CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
        CHECK(contents(folder.ledger()) == before);
        { const SqliteLedger next(folder.ledger()); }
        CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == kThisVersion);
        CHECK(contents(folder.ledger()) == before);
        if (WIFEXITED(status)) {
            CHECK(WEXITSTATUS(status) == 0);
            break;
        }
        CHECK(WTERMSIG(status) == SIGKILL);
        ++kills;
    }
    CHECK(kills > 2);
}

TEST_CASE("an old ledger that many processes open at once is migrated once and takes their commits",
          "[sqlite_ledger]") {
    const int old_number = GENERATE(1, 3);
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(old_number));
    int gate[2];
    REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
    std::vector<pid_t> children;
    for (std::uint64_t k = 10; k < 20; ++k) {
        children.push_back(start_child([&] {
            ::close(gate[1]);
            char byte = 0;
            [[maybe_unused]] const auto opened = ::read(gate[0], &byte, 1);  // until all are there
            SqliteLedger ledger(folder.ledger(), std::chrono::seconds(60));
            Batch batch;
            batch.add(std::to_string(k), k);
            auto when = context("sequence");
            when.generation = k;
            const auto deadline = monotonic_ns() + 30'000'000'000U;
            while (batch.outcomes().front() != Outcome::Booked && monotonic_ns() < deadline) {
                try {
                    ledger.commit(batch.range(), when);
                } catch (const LedgerUnavailable&) {
                    // another one commits; again
                }
            }
        }));
    }
    ::close(gate[0]);
    ::close(gate[1]);
    for (const auto pid : children) CHECK(reap(pid) == 0);
    CHECK(ask(folder.ledger(),
              "SELECT count(*) || ' ' || (SELECT count(*) FROM generations WHERE source <> 'clerk') || ' ' "
              "|| (SELECT acquired FROM"
              " sources) || ' ' || (SELECT group_concat(version) FROM schema_version) FROM invoices") ==
          (old_number == 1 ? "12 10 13 " : "13 12 14 ") + kThisVersion);
}

TEST_CASE("a ledger of version 1 that is used by the old program meanwhile is migrated under it",
          "[sqlite_ledger]") {
    const LedgerFolder folder;
    SqliteConnection old(folder.ledger(), true, std::chrono::seconds(5));
    old.execute(kVersion1);
    SqliteStatement insert(
        old, "INSERT INTO duplicates(source, position, id, seen_at) VALUES('sequence', ?1, 'x', 0)");
    insert.bind(1, 10);
    insert.run();
    { const SqliteLedger ledger(folder.ledger()); }
    insert.bind(1, 11);
    insert.run();
    CHECK(ask(folder.ledger(), "SELECT group_concat(position) FROM duplicates") == "3,10,11");
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == kThisVersion);
}

TEST_CASE("a ledger of version 4 gets what is new, and nothing else of it changes", "[sqlite_ledger]") {
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(3));
    {
        SqliteConnection database(folder.ledger(), true, std::chrono::seconds(5));
        database.execute("BEGIN IMMEDIATE");
        make_ledger_schema(database, 3, 4);
        database.execute("COMMIT");
    }
    const auto before = contents(folder.ledger());
    { const SqliteLedger ledger(folder.ledger()); }
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == kThisVersion);
    CHECK(contents(folder.ledger()) == before);
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM joblog") == "0");
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM pruned") == "0");
    CHECK(ask(folder.ledger(), "SELECT group_concat(kind) FROM commits") == "before");
}
