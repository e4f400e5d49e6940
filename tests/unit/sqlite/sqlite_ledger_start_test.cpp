// SPDX-License-Identifier: Apache-2.0
// A ledger as a start finds it: links and journals beside it, and what somebody has added to it.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/root.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

std::string refused_start(const fs::path& file, ExitStatus expected = ExitStatus::Configuration) {
    return text_of_refusal([&] { SqliteLedger ledger(file); }, expected);
}

}  // namespace

TEST_CASE("a start refuses a ledger of two names, behind a link, with a journal, or without its file",
          "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    { const SqliteLedger made(folder.ledger()); }
    const auto other = folder.path() / "other.db";
    SECTION("two names") {
        fs::create_hard_link(folder.ledger(), other);
        for (const auto& name : {folder.ledger(), other})
            check_mentions(refused_start(name), "has 2 names (hard links)");
        fs::remove(other);
    }
    SECTION("a link") {
        fs::create_symlink(folder.ledger(), other);
        check_mentions(refused_start(other), "it is a symbolic link; name the file that it points to");
    }
    SECTION("a link to nothing") {
        fs::create_symlink(folder.path() / "victim.db", other);
        check_mentions(refused_start(other), "it is a symbolic link; name the file that it points to");
        CHECK_FALSE(fs::exists(folder.path() / "victim.db"));
    }
    SECTION("a journal, for a ledger that is there and one that is not") {
        for (const auto& name : {folder.ledger(), other}) {
            write_file(name.string() + "-journal", "x");
            check_mentions(refused_start(name), "a rollback journal lies beside it");
        }
        CHECK_FALSE(fs::exists(other));
        fs::remove(folder.ledger().string() + "-journal");
    }
    SECTION("a pipe") {
        REQUIRE(::mkfifo(other.c_str(), 0600) == 0);
        check_mentions(refused_start(other), "not a regular file");
    }
    SECTION("a log without a file, or with an empty one") {
        write_file(other.string() + "-wal", std::string(5000, 'x'));
        check_mentions(refused_start(other), "put the file back beside");
        CHECK_FALSE(fs::exists(other));
        write_file(other, "");
        check_mentions(refused_start(other), "put the file back beside");
        CHECK(fs::file_size(other.string() + "-wal") == 5000);
    }
    SECTION("a log of a stranger") {
        write_file(folder.ledger().string() + "-wal", "");
        if (lacks_root()) return;
        REQUIRE(::chown((folder.ledger().string() + "-wal").c_str(), 65534, 65534) == 0);
        check_mentions(refused_start(folder.ledger()), "belongs to user 65534");
        fs::remove(folder.ledger().string() + "-wal");
    }
    const SqliteLedger ledger(folder.ledger());  // none of this has hurt it
}

TEST_CASE("a ledger below a linked folder is nothing special", "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    fs::create_directory(folder.path() / "real");
    fs::create_directory_symlink(folder.path() / "real", folder.path() / "link");
    const auto file = folder.path() / "link" / "invoices.db";
    SqliteLedger ledger(file);
    Batch batch;
    batch.add("a", 1);
    const auto when = context("sequence");
    ledger.commit(batch.range(), when);
    CHECK(ask(folder.path() / "real" / "invoices.db", "SELECT id FROM invoices") == "a");
}

TEST_CASE("a journal that a stranger has written is never played back", "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    {
        SqliteLedger ledger(folder.ledger());
        Batch batch;
        batch.add("a", 1, Status::Rejected);
        ledger.commit(batch.range(), context("sequence"));
    }
    // A hot journal of a copy, in which the row was something else, over a file in WAL mode.
    const auto forged = folder.path() / "forged.db";
    fs::copy_file(folder.ledger(), forged);
    change(forged, "PRAGMA journal_mode = DELETE; UPDATE invoices SET status = 'booked'");
    REQUIRE(reap(start_child([&] {
                SqliteConnection database(forged, false, std::chrono::seconds(1));
                database.execute(
                    "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE invoices SET due = 1;"
                    "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                    " LIMIT 20000) SELECT i, randomblob(100) FROM n");
                ::_exit(0);
            })) == 0);
    REQUIRE(fs::exists(forged.string() + "-journal"));
    fs::copy_file(forged.string() + "-journal", folder.ledger().string() + "-journal");
    check_mentions(refused_start(folder.ledger()), "a rollback journal lies beside it");
    fs::remove(folder.ledger().string() + "-journal");
    CHECK(ask(folder.ledger(), "SELECT status FROM invoices") == "rejected");
}

TEST_CASE("what somebody has added to a ledger is refused where it could change what is written",
          "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    { const SqliteLedger made(folder.ledger()); }
    const auto [sql, undo, said] = GENERATE(table<const char*, const char*, const char*>({
        {"CREATE TRIGGER mine AFTER INSERT ON invoices BEGIN DELETE FROM invoices; END", "DROP TRIGGER mine",
         "it has a trigger, mine, that the pipeline has not made"},
        {"CREATE UNIQUE INDEX mine ON invoices(supplier)", "DROP INDEX mine",
         "it has an index that is unique"},
        {"CREATE INDEX mine ON invoices(abs(due))", "DROP INDEX mine", "it has an index that is unique"},
        {"CREATE INDEX mine ON invoices(due) WHERE abs(due) > 1", "DROP INDEX mine",
         "it has an index that is unique"},
        {"DROP VIEW readable_invoices; CREATE VIEW readable_invoices AS SELECT 1", "",
         "not a ledger (its view"},
        {"ALTER TABLE invoices ADD COLUMN mine TEXT", "ALTER TABLE invoices DROP COLUMN mine",
         "not a ledger (its table invoices is not as the pipeline made it)"},
        {"DROP TABLE sources", "", "not a ledger (its table sources is not there)"},
    }));
    change(folder.ledger(), sql);
    check_mentions(refused_start(folder.ledger()), said);
    if (*undo == '\0') return;
    change(folder.ledger(), undo);
    const SqliteLedger ledger(folder.ledger());
}

TEST_CASE("tables, views and plain indices of somebody's own disturb nobody", "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    change(folder.ledger(),
           "CREATE TABLE mine(x UNIQUE); CREATE VIEW my_view AS SELECT * FROM invoices, mine;"
           "CREATE INDEX my_index ON invoices(stored_at, status); ANALYZE");
    ledger.commit(batch.range(), context("sequence"));
    const SqliteLedger again(folder.ledger());
}

TEST_CASE("a trigger that comes while the ledger is open does not run", "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    change(folder.ledger(), "CREATE TRIGGER mine AFTER INSERT ON invoices BEGIN DELETE FROM invoices; END");
    Batch batch;
    batch.add("a", 1);
    try {
        ledger.commit(batch.range(), context("sequence"));
        FAIL("it was written");
    } catch (const Failure& failure) {
        check_mentions(failure.what(), "it has a trigger, mine");
    }
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "0");
}

TEST_CASE("a maker that is killed at any moment leaves what the next start opens", "[sqlite_ledger][place]") {
    const LedgerFolder folder;
    { const SqliteLedger made(folder.path() / "whole.db"); }
    SECTION("with a file that has no name yet") {
        write_file(folder.ledger().string() + ".new-12345678", "SQLite format 3");
    }
    SECTION("with both names") {
        fs::rename(folder.path() / "whole.db", folder.ledger());
        fs::create_hard_link(folder.ledger(), folder.ledger().string() + ".new-12345678");
    }
    SqliteLedger ledger(folder.ledger());
    CHECK(ledger.id() != 0);
    CHECK(fs::hard_link_count(folder.ledger()) == 1);
}
