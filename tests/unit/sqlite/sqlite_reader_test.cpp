// SPDX-License-Identifier: Apache-2.0
// Reading a ledger from outside, in every state in which it can be found, without leaving a trace in it.

#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"
#include "tests/unit/sqlite/read_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("a ledger is read while a process has it open, has stopped, is dead, or has closed it",
          "[ledger_reader]") {
    const LedgerFolder folder;
    std::uint64_t expected = 500;
    SECTION("open, or stopped") {
        Writer writer(folder.ledger(), expected);
        const auto before = states_in(folder);
        CHECK(rows_read(folder.ledger()) == expected);
        writer.stop();
        CHECK(rows_read(folder.ledger()) == expected);
        CHECK(states_in(folder) == before);
    }
    SECTION("open, and nothing written yet") {
        Writer writer(folder.ledger(), 0);
        CHECK(rows_read(folder.ledger()) == 0);
    }
    SECTION("dead") {
        Writer(folder.ledger(), expected).die();
        const auto before = states_in(folder);
        CHECK(before.size() == 3);
        CHECK(rows_read(folder.ledger()) == expected);
        CHECK(states_in(folder) == before);
    }
    SECTION("closed") {
        {
            SqliteLedger ledger(folder.ledger());
            auto batch = numbers(1, expected);
            ledger.commit(batch.range(), context("sequence", expected + 1));
        }
        const auto before = states_in(folder);
        CHECK(before.size() == 1);
        CHECK(rows_read(folder.ledger()) == expected);
        CHECK(states_in(folder) == before);
    }
    SECTION("dead, and its log holds a header alone") {
        expected = 0;
        { const SqliteLedger made(folder.ledger()); }
        Writer(folder.ledger(), 500).die();
        std::filesystem::resize_file(folder.ledger().string() + "-wal", 32);
        const auto before = states_in(folder);
        CHECK(rows_read(folder.ledger()) == expected);
        CHECK(states_in(folder) == before);
    }
    SECTION("closed, and a copy by VACUUM INTO") {
        const auto copy = folder.path() / "copy #1?.db";
        { Writer writer(folder.ledger(), expected); }
        change(folder.ledger(), "VACUUM INTO '" + copy.string() + "'");
        CHECK(rows_read(copy) == expected);
    }
    const SqliteLedger still_works(folder.ledger());
}

TEST_CASE("a ledger that may only be read by this user is read, whatever state it was left in",
          "[ledger_reader]") {
    const LedgerFolder folder;
    Writer writer(folder.ledger(), 100);
    const bool dead = GENERATE(true, false);
    if (dead) writer.die();
    using std::filesystem::perms;
    const auto all_read = perms::owner_read | perms::group_read | perms::others_read;
    for (const auto* suffix : {"", "-wal", "-shm"})
        std::filesystem::permissions(folder.ledger().string() + suffix, all_read);
    std::filesystem::permissions(folder.path(),
                                 all_read | perms::owner_exec | perms::group_exec | perms::others_exec);
    const int status = reap(start_child([&] {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(77);
        ::_exit(rows_read(folder.ledger()) == 100 ? 0 : 1);
    }));
    std::filesystem::permissions(folder.path(), perms::owner_all);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        WARN("skipped: this process is root and cannot become another user");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a reader's snapshot stands still while a writer goes on, and holds up no commit",
          "[ledger_reader]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto first = numbers(1, 100);
    const auto when = context("sequence", 101);
    ledger.commit(first.range(), when);
    read_sqlite_ledger(folder.ledger(), [&](LedgerReader& reader) {
        for (std::uint64_t k = 1; k <= 50; ++k) {
            auto more = numbers(100 * k + 1, 100);
            ledger.commit(more.range(), context("sequence", 100 * k + 101));
        }
        const auto books = reader.books();
        REQUIRE(books.size() == 1);
        CHECK(books[0].rows() == 100);
        CHECK(books[0].acquired == 100);
        CHECK(books[0].cursor == 101U);
        CHECK(reader.last_commit(when.generation)->recorded == 100U);
        CHECK(reader.last_commit(1)->recorded == 0U);
        CHECK(reader.id() == ledger.id());
    });
    CHECK(rows_read(folder.ledger()) == 5100);
}

TEST_CASE("what was read without a lock while somebody began to write is read again", "[ledger_reader]") {
    const LedgerFolder folder;
    { const SqliteLedger made(folder.ledger()); }
    int reads = 0;
    std::uint64_t rows = 0;
    read_sqlite_ledger(folder.ledger(), [&](LedgerReader& reader) {
        const auto books = reader.books();
        rows = books.empty() ? 0 : books[0].rows();
        if (++reads > 1) return;
        SqliteLedger ledger(folder.ledger());  // closed at once, too: only the file tells
        auto batch = numbers(1, 10);
        ledger.commit(batch.range(), context("sequence", 11));
    });
    CHECK(reads == 2);
    CHECK(rows == 10);
}

TEST_CASE("a ledger below a linked folder is read with its log, and one that is a link itself is not",
          "[ledger_reader]") {
    const LedgerFolder folder;
    std::filesystem::create_directory(folder.path() / "real");
    std::filesystem::create_directory_symlink(folder.path() / "real", folder.path() / "link");
    { const SqliteLedger made(folder.path() / "link" / "ledger.db"); }
    const Writer writer(folder.path() / "link" / "ledger.db", 3);
    REQUIRE(std::filesystem::file_size(folder.path() / "real" / "ledger.db-wal") > 0);
    CHECK(rows_read(folder.path() / "link" / "ledger.db") == 3);
    std::filesystem::create_symlink(folder.path() / "real" / "ledger.db", folder.ledger());
    const auto refusal = refusal_to_read(folder.ledger());
    CHECK(refusal.status == ExitStatus::Configuration);
    check_mentions(refusal.text, "it is a symbolic link; name the file that it points to");
}

TEST_CASE("a ledger of version 2 or 3 is read as it is", "[ledger_reader]") {
    const int version = GENERATE(2, 3);
    const LedgerFolder folder;
    change(folder.ledger(), old_ledger(version));
    const auto before = states_in(folder);
    read_sqlite_ledger(folder.ledger(), [&](LedgerReader& reader) {
        CHECK(reader.last_commit(77)->recorded == 3U);
        CHECK(reader.id() == (version < 3 ? 0U : 0xa7U));
        CHECK(reader.books().at(0).acquired == reader.books().at(0).rows());
        CHECK(reader.books().at(0).failed == (version < 3 ? 0U : 1U));
        CHECK(reader.check_itself(10).faults.empty());
    });
    CHECK(states_in(folder) == before);
}

TEST_CASE("a ledger of version 1 is read as it is", "[ledger_reader]") {
    const LedgerFolder folder;
    change(folder.ledger(), kVersion1);
    read_sqlite_ledger(folder.ledger(), [&](LedgerReader& reader) {
        CHECK_FALSE(reader.last_commit(0).has_value());
        CHECK(reader.id() == 0);
        CHECK(reader.books().at(0).acquired == 3);
        CHECK(reader.books().at(0).rows() == 3);
    });
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == "1");
}

TEST_CASE("rows are counted by source and status, whether or not the ledger counts them itself",
          "[ledger_reader]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch mixed;
    mixed.add("a", 1);
    mixed.add("b", 2, Status::Rejected);
    mixed.add("c", 3, Status::Failed);
    mixed.add("a", 4);
    ledger.commit(mixed.range(), context("lines:/f", 5));
    Batch others;
    others.add("d", 9);
    ledger.commit(others.range(), context("spool:/in"));
    change(folder.ledger(),
           "INSERT INTO duplicates(source, position, id, seen_at) VALUES('unknown', 1, 'a', 0)");
    read_sqlite_ledger(folder.ledger(), [&](LedgerReader& reader) {
        const auto books = reader.books();
        REQUIRE(books.size() == 3);
        CHECK(books[0].source == "lines:/f");
        CHECK(books[0].booked == 1);
        CHECK(books[0].rejected == 1);
        CHECK(books[0].failed == 1);
        CHECK(books[0].duplicates == 1);
        CHECK(books[0].acquired == books[0].rows());
        CHECK(books[1].source == "spool:/in");
        CHECK(books[1].rows() == 1);
        CHECK(books[2].source == "unknown");
        CHECK(books[2].acquired == 0);
        CHECK(books[2].rows() == 1);
    });
}
