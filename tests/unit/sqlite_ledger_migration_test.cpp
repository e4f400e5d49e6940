// SPDX-License-Identifier: Apache-2.0
// A ledger of an older version becomes one of this version when it is opened: with everything that was in it,
// wholly or not at all, and once. The old tables are written down here as that version made them.
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <csignal>
#include <string>
#include <vector>

#include "common/ledger_schema.hpp"
#include "common/sqlite_ledger.hpp"
#include "tests/catch.hpp"
#include "tests/unit/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr const char* kVersion1 = R"sql(
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE invoices(
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    status TEXT NOT NULL CHECK(status = 'booked' OR status = 'rejected' OR status = 'failed'),
    supplier TEXT,
    currency TEXT,
    net INTEGER,
    tax INTEGER,
    gross INTEGER,
    due INTEGER,
    reason TEXT,
    attempts INTEGER NOT NULL,
    consumer INTEGER NOT NULL,
    acquired_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;
CREATE TABLE duplicates(
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY(source, position)
) STRICT;
CREATE TABLE sources(
    source TEXT PRIMARY KEY NOT NULL,
    cursor INTEGER,
    acquired INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE schema_version(version INTEGER NOT NULL) STRICT;
INSERT INTO schema_version(version) VALUES(1);
INSERT INTO invoices VALUES('1','sequence',1,'booked','A','EUR',100,19,119,119,NULL,1,0,1000000,2000000);
INSERT INTO invoices VALUES('2','sequence',2,'rejected',NULL,NULL,NULL,NULL,NULL,NULL,'BR-CO-10',1,0,1000000,2000000);
INSERT INTO duplicates VALUES('sequence',3,'2',2000000);
INSERT INTO sources VALUES('sequence',4,3,2000000);
COMMIT;
)sql";

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

// This process is killed instead of doing its `writes_left`th write.
int writes_left = 0;
ssize_t deadly_write(int fd, const void* bytes, std::size_t size, off64_t offset) {
    if (--writes_left == 0) ::raise(SIGKILL);
    return ::pwrite64(fd, bytes, size, offset);
}

void die_at_write(int number) {
    writes_left = number;
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    for (const auto* name : {"pwrite", "pwrite64"})
        vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(deadly_write));
}

}  // namespace

TEST_CASE("a ledger of version 1 keeps everything and is afterwards like a new one", "[sqlite_ledger]") {
    const TemporaryFolder folder;
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
    CHECK(ask(folder.ledger(), "SELECT recorded || ' ' || added FROM generations") == "1 1");
}

TEST_CASE("kill -9 at any write of a migration leaves the old version or the new one, whole",
          "[sqlite_ledger][fault]") {
    int kills = 0;
    for (int write = 1;; ++write) {
        const TemporaryFolder folder;
        change(folder.ledger(), kVersion1);
        const auto before = contents(folder.ledger());
        const auto old_schema = schema(folder.ledger());
        const int status = reap(start_child([&] {
            die_at_write(write);
            const SqliteLedger ledger(folder.ledger());
        }));
        const auto version = ask(folder.ledger(), "SELECT version FROM schema_version");
        CHECK((version == "1" || version == kThisVersion));
        if (version == "1") CHECK(schema(folder.ledger()) == old_schema);
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

TEST_CASE("a ledger of version 1 that many processes open at once is migrated once and takes their commits",
          "[sqlite_ledger]") {
    const TemporaryFolder folder;
    change(folder.ledger(), kVersion1);
    int gate[2];
    REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
    std::vector<pid_t> children;
    for (std::uint64_t k = 10; k < 18; ++k) {
        children.push_back(start_child([&] {
            ::close(gate[1]);
            char byte = 0;
            [[maybe_unused]] const auto opened = ::read(gate[0], &byte, 1);  // until all are there
            SqliteLedger ledger(folder.ledger());
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
              "SELECT count(*) || ' ' || (SELECT count(*) FROM generations) || ' ' || (SELECT acquired FROM"
              " sources) || ' ' || (SELECT group_concat(version) FROM schema_version) FROM invoices") ==
          "10 8 11 " + kThisVersion);
}

TEST_CASE("a ledger of version 1 that is used by the old program meanwhile is migrated under it",
          "[sqlite_ledger]") {
    const TemporaryFolder folder;
    SqliteConnection old(folder.ledger(), true, std::chrono::seconds(5));
    old.execute(kVersion1);
    SqliteStatement insert(old, "INSERT INTO duplicates VALUES('sequence', ?1, 'x', 0)");
    insert.bind(1, 10);
    insert.run();
    { const SqliteLedger ledger(folder.ledger()); }
    insert.bind(1, 11);
    insert.run();
    CHECK(ask(folder.ledger(), "SELECT group_concat(position) FROM duplicates") == "3,10,11");
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == kThisVersion);
}
