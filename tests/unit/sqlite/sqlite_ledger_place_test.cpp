// SPDX-License-Identifier: Apache-2.0
// The ledger is the file that it was opened as: moved, deleted, exchanged, linked, without its log, with a
// journal or with a schema of somebody else, it is not written, nothing that was confirmed is lost, and it
// says what to do.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <regex>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_lookup.hpp"
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
            ledger_->commit({&batch.range().record(0), nullptr, 10, batch.range().bytes(), next(), 10}, when);
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

TEST_CASE("a log that a lookup or a supervisor has begun is the consumers' too", "[sqlite_ledger][place]") {
    Place place;
    place.consumer().close();  // the last one: the log goes with it
    REQUIRE_FALSE(fs::exists(place.wal()));
    const KnownLedger known{0, 7, Consumer::durable(), &Consumer::files()};
    const auto lookup = make_sqlite_lookup(place.file(), "sequence", known);
    std::unique_ptr<SqliteLedger> supervisor;
    if (GENERATE(true, false)) {
        CHECK(lookup->knows_source());
    } else {
        supervisor = std::make_unique<SqliteLedger>(place.file(), known);
    }
    REQUIRE(fs::exists(place.wal()));
    place.consumer().open();
    CHECK(place.consumer().commit().empty());
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
