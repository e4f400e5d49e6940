// SPDX-License-Identifier: Apache-2.0
// Ledgers that cannot be read.
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/read_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

TEST_CASE("what cannot be read is refused in one line that says why", "[ledger_reader]") {
    const LedgerFolder folder;
    SECTION("nothing there") {
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::NoInput);
        check_mentions(refusal.text, folder.ledger().string());
        CHECK(states_in(folder).empty());
    }
    SECTION("no database") {
        write_file(folder.ledger(), std::string(5000, 'x'));
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::Configuration);
        check_mentions(refusal.text, "not a database");
    }
    SECTION("another program's database") {
        change(folder.ledger(), "CREATE TABLE users(name)");
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::Configuration);
        check_mentions(refusal.text, "not a ledger");
    }
    SECTION("an empty file") {
        write_file(folder.ledger(), "");
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::NoInput);
        check_mentions(refusal.text, "is empty");
    }
    SECTION("a ledger that was not yet made when its maker was killed: a file and a log without rows") {
        REQUIRE(reap(start_child([&] {
                    SqliteConnection database(folder.ledger(), true, std::chrono::seconds(1));
                    database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
                    ::_exit(0);
                })) == 0);
        std::filesystem::resize_file(folder.ledger().string() + "-wal", 32);
        const auto before = states_in(folder);
        CHECK(refusal_to_read(folder.ledger()).status == ExitStatus::NoInput);
        CHECK(states_in(folder) == before);
    }
    SECTION("a newer version") {
        { const SqliteLedger made(folder.ledger()); }
        change(folder.ledger(), "UPDATE schema SET version = 99");
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::Configuration);
        check_mentions(refusal.text, "newer version");
    }
    SECTION("a damaged file") {
        {
            SqliteLedger ledger(folder.ledger());
            auto batch = numbers(1, 500);
            ledger.commit(batch.range(), context("sequence", 501));
        }
        {
            std::fstream file(folder.ledger(), std::ios::binary | std::ios::in | std::ios::out);
            file.seekp(4096);
            file << std::string(std::filesystem::file_size(folder.ledger()) - 4096, '\x5a');
        }
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::DataError);
        check_mentions(refusal.text, "malformed");
    }
    SECTION("a log whose index is gone") {
        Writer(folder.ledger(), 100).die();
        std::filesystem::remove(folder.ledger().string() + "-shm");
        const auto before = states_in(folder);
        const auto refusal = refusal_to_read(folder.ledger());
        CHECK(refusal.status == ExitStatus::InputOutput);
        check_mentions(refusal.text, "without a -shm");
        CHECK(states_in(folder) == before);
    }
}

TEST_CASE("what is no file, in the ledger's place or beside it, is refused and not waited for",
          "[ledger_reader]") {
    LedgerFolder folder;
    const auto file = folder.path() / "invoices.db";
    const std::string suffix = GENERATE("", "-wal", "-shm", "-journal");
    SECTION("a FIFO that nobody writes") {
        if (!suffix.empty()) SqliteLedger{file};
        std::filesystem::remove(file.native() + suffix);
        REQUIRE(::mkfifo((file.native() + suffix).c_str(), 0600) == 0);
    }
    SECTION("a folder") {
        if (!suffix.empty()) SqliteLedger{file};
        std::filesystem::remove(file.native() + suffix);
        std::filesystem::create_directory(file.native() + suffix);
    }
    SECTION("a device") {
        if (!suffix.empty()) SqliteLedger{file};
        std::filesystem::remove(file.native() + suffix);
        std::filesystem::create_symlink("/dev/zero", file.native() + suffix);
    }
    const Refusal refusal = refusal_to_read(file);
    CHECK(refusal.status == ExitStatus::Configuration);
    const auto says = [&](const char* what) { return refusal.text.find(what) != std::string::npos; };
    INFO(refusal.text);
    if (suffix == "-journal") {
        CHECK(says("a rollback journal lies beside it"));
    } else {
        CHECK(says((file.native() + suffix).c_str()));
        CHECK((says("is not a regular file") || says("is a directory") || says("is a symbolic link")));
    }
}
