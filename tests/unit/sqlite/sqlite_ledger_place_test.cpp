// SPDX-License-Identifier: Apache-2.0
// The ledger is the file that it was opened as: moved, deleted, exchanged, linked, without its log, with a
// journal or with a schema of somebody else, it is not written, nothing that was confirmed is lost, and it
// says what to do.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <regex>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
namespace fs = std::filesystem;

namespace {

// A pipeline's ledger as one of its consumers has it: batch after batch of ten numbers, each confirmed or
// not.
class Consumer {
  public:
    explicit Consumer(const fs::path& file, std::uint64_t generation = 7)
        : path_(file), generation_(generation) {
        ledger_ = SqliteLedger::shared(path_);
    }
    // "" if the batch was confirmed, else why not.
    std::string commit() {
        Batch batch;
        for (std::uint64_t i = next(); i < next() + 10; ++i) batch.add(std::to_string(i), i).ring_index = i;
        CommitContext when = context("sequence", next() + 10);
        when.generation = generation_;
        when.ledger_id = id_;
        when.files = &files_;
        try {
            ledger_->commit({&batch.range().record(0), nullptr, 10, next(), 10}, when);
        } catch (const LedgerUnavailable& unavailable) {
            return unavailable.what();
        }
        durable() += 10;
        return {};
    }
    void close() { ledger_.reset(); }
    void open() { ledger_ = SqliteLedger::shared(path_); }
    void expect(std::uint64_t id) { id_ = id; }
    // Shared with all consumers of the generation.
    static std::uint64_t& durable() {
        static std::uint64_t durable = 0;
        return durable;
    }
    static LedgerFiles& files() { return files_; }

  private:
    static std::uint64_t next() { return durable(); }
    fs::path path_;
    std::uint64_t generation_;
    std::uint64_t id_ = 0;
    std::unique_ptr<SqliteLedger> ledger_;
    static inline LedgerFiles files_{};
};

// A ledger with a consumer that has confirmed ten results.
class Place {
  public:
    Place() : consumer_(made()) {
        Consumer::durable() = 0;
        Consumer::files().file = 0;
        Consumer::files().log = 0;
        consumer_.expect(id());
        REQUIRE(consumer_.commit().empty());
    }
    [[nodiscard]] const fs::path& folder() const { return folder_.path(); }
    [[nodiscard]] fs::path file() const { return folder_.ledger(); }
    [[nodiscard]] fs::path wal() const { return file().string() + "-wal"; }
    [[nodiscard]] fs::path shm() const { return file().string() + "-shm"; }
    [[nodiscard]] fs::path other(const char* name = "other.db") const { return folder() / name; }
    Consumer& consumer() { return consumer_; }
    [[nodiscard]] std::uint64_t id() const { return SqliteLedger(file()).id(); }
    // All that was confirmed is in the file at `path`, once.
    void require_all_in(const fs::path& path) const {
        CHECK(ask(path, "SELECT count(*) || ' ' || count(DISTINCT position) FROM invoices") ==
              fmt::format("{0} {0}", Consumer::durable()));
        CHECK(ask(path, "PRAGMA integrity_check") == "ok");
    }

  private:
    fs::path made() const {
        { const SqliteLedger ledger(folder_.ledger()); }
        return folder_.ledger();
    }
    LedgerFolder folder_;
    Consumer consumer_;
};

// The command that a refusal names, run.
void run_advised_copy(const std::string& said) {
    std::smatch found;
    const std::regex command(R"((rm -f \S+ \S+ && )?cp /proc/\d+/fd/\d+ [^ ):]+)");
    INFO(said);
    REQUIRE(std::regex_search(said, found, command));
    REQUIRE(std::system(found.str().c_str()) == 0);
}

std::string refused_start(const fs::path& file, ExitStatus expected = ExitStatus::Configuration) {
    return text_of_refusal([&] { SqliteLedger ledger(file); }, expected);
}

}  // namespace

TEST_CASE("a ledger that is moved away and put back is gone on with", "[sqlite_ledger][place]") {
    Place place;
    fs::rename(place.file(), place.other());
    for (int i = 0; i < 2; ++i) {
        const auto said = place.consumer().commit();
        check_mentions(said, "moved or deleted while in use; put the file back where it was");
        check_mentions(said, "(it is " + place.other().string() + " now)");
    }
    CHECK_FALSE(fs::exists(place.file()));
    fs::rename(place.other(), place.file());
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("a ledger that is deleted, alone or with its log, is whole in what its consumers still have open",
          "[sqlite_ledger][place]") {
    Place place;
    Consumer second(place.file());
    REQUIRE(second.commit().empty());
    const bool with_log = GENERATE(true, false);
    fs::remove(place.file());
    if (with_log) {
        fs::remove(place.wal());
        fs::remove(place.shm());
    }
    CHECK_FALSE(second.commit().empty());
    check_mentions(place.consumer().commit(), "moved or deleted while in use");
    run_advised_copy(place.consumer().commit());
    CHECK(place.consumer().commit().empty());
    CHECK(second.commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("an older copy in the place of a ledger in use is not written, and the right one is taken again",
          "[sqlite_ledger][place]") {
    Place place;
    change(place.file(), "VACUUM INTO '" + place.other().string() + "'");
    REQUIRE(place.consumer().commit().empty());
    const bool with_log = GENERATE(true, false);
    if (!with_log) {
        fs::remove(place.wal());
        fs::remove(place.shm());
    }
    fs::rename(place.other(), place.file());
    const auto said = place.consumer().commit();
    check_mentions(said, "another file was put in its place while in use: ");
    check_mentions(said,
                   with_log ? "it lies beside the log of the one before" : "it lacks 10 of the 20 results");
    // A successor without a memory of its own knows, too.
    Consumer successor(place.file());
    check_mentions(successor.commit(),
                   with_log ? "is still the log of the one before" : "it lacks 10 of the 20");
    run_advised_copy(said);
    CHECK(place.consumer().commit().empty());
    CHECK(successor.commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("another ledger, no ledger and half a copy in the place of one in use are not written",
          "[sqlite_ledger][place]") {
    Place place;
    { const SqliteLedger other(place.other()); }
    std::string expected;
    SECTION("another ledger") {
        expected = "another ledger than the one that this pipeline writes to";
    }
    SECTION("no ledger") {
        fs::remove(place.other());
        change(place.other(), "CREATE TABLE users(name)");
        expected = "not a ledger";
    }
    SECTION("no database") {
        fs::remove(place.other());
        write_file(place.other(), std::string(5000, 'x'));
        expected = "not a database";
    }
    SECTION("an empty file") {
        fs::remove(place.other());
        write_file(place.other(), "");
        expected = "not a ledger";
    }
    SECTION("half a copy") {
        fs::remove(place.other());
        change(place.file(), "PRAGMA wal_checkpoint(TRUNCATE)");
        fs::copy_file(place.file(), place.other());
        fs::resize_file(place.other(), fs::file_size(place.other()) - 4096);
        expected = "database disk image is malformed";
    }
    fs::remove(place.wal());
    fs::remove(place.shm());
    fs::rename(place.other(), place.file());
    const auto said = place.consumer().commit();
    check_mentions(said, expected);
    run_advised_copy(said);
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("a log that is removed while in use is saved, and no second one is begun beside it",
          "[sqlite_ledger][place]") {
    Place place;
    Consumer second(place.file());
    REQUIRE(second.commit().empty());
    REQUIRE(place.consumer().commit().empty());
    enum class Lost { Log, Index, Both, Replaced };
    const auto lost = GENERATE(Lost::Log, Lost::Index, Lost::Both, Lost::Replaced);
    const bool go_on = GENERATE(false, true);
    if (lost != Lost::Index) fs::remove(place.wal());
    if (lost == Lost::Index || lost == Lost::Both) fs::remove(place.shm());
    if (lost == Lost::Replaced) write_file(place.wal(), "");
    check_mentions(place.consumer().commit(),
                   "was removed while in use; what was in the log is in the file now");
    // All that was confirmed is in the file, whatever happens next.
    const auto copy = place.other("copy.db");
    fs::copy_file(place.file(), copy);
    place.require_all_in(copy);
    if (!go_on) return;
    // Not before everybody has let go of the log that has no name.
    CHECK_FALSE(place.consumer().commit().empty());
    if (lost != Lost::Index) CHECK((!fs::exists(place.wal()) || fs::file_size(place.wal()) == 0));
    CHECK_FALSE(second.commit().empty());
    CHECK(place.consumer().commit().empty());
    CHECK(second.commit().empty());
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
    // Their closing leaves the file alone and whole.
    place.consumer().close();
    second.close();
    CHECK_FALSE(fs::exists(place.wal()));
    place.require_all_in(place.file());
}

TEST_CASE("a consumer that never noticed that the log was exchanged does not take the new one away",
          "[sqlite_ledger][place]") {
    Place place;
    Consumer idle(place.file());
    REQUIRE(idle.commit().empty());
    fs::remove(place.wal());
    fs::remove(place.shm());
    CHECK_FALSE(place.consumer().commit().empty());
    CHECK_FALSE(place.consumer().commit().empty());
    idle.close();
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
    Consumer after(place.file());
    CHECK(after.commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("a log that somebody has put in the place of one in use is not written over",
          "[sqlite_ledger][place]") {
    Place place;
    fs::remove(place.wal());
    write_file(place.wal(), std::string(5000, 'x'));
    check_mentions(place.consumer().commit(), "was exchanged for another one while in use; remove that one");
    fs::remove(place.wal());
    CHECK_FALSE(place.consumer().commit().empty());  // saved
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
}

TEST_CASE("a ledger that gets a second name or a journal while in use waits until it has lost it",
          "[sqlite_ledger][place]") {
    Place place;
    const auto more = GENERATE("other.db", "invoices.db-journal");
    fs::create_hard_link(place.file(), place.folder() / more);
    const auto said = place.consumer().commit();
    check_mentions(said, "2 names (hard links)");
    check_mentions(said, "the results wait in memory");
    fs::remove(place.folder() / more);
    write_file(place.file().string() + "-journal", "x");
    check_mentions(place.consumer().commit(), "a rollback journal lies beside it");
    fs::remove(place.file().string() + "-journal");
    CHECK(place.consumer().commit().empty());
    place.require_all_in(place.file());
}

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
        if (::geteuid() != 0) return;
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
