// SPDX-License-Identifier: Apache-2.0
// The lock file by which writers get their turn beside a flush leader.
#include "common/ledger/sqlite/turn/ledger_turn.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/support/pipe.hpp"

using namespace pipeline;
using namespace pipeline::test;
using std::chrono::steady_clock;

namespace {

struct LedgerFile : LedgerFolder {
    LedgerFile() { write("invoices.db", "any"); }
    [[nodiscard]] std::filesystem::path turn() const { return path() / "invoices.db-turn"; }
};

[[nodiscard]] mode_t mode_of(const std::filesystem::path& file) {
    struct stat status {};
    REQUIRE(::lstat(file.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a leader that nobody asks makes way for nobody and creates nothing", "[ledger_turn]") {
    const LedgerFile folder;
    LedgerTurn turn(folder.ledger());
    turn.make_way();
    CHECK_FALSE(turn.is_wished());
    CHECK_FALSE(std::filesystem::exists(folder.turn()));
}

TEST_CASE("a wish is seen as long as it lasts, by each leader", "[ledger_turn]") {
    const LedgerFile folder;
    LedgerTurn one(folder.ledger());
    LedgerTurn other(folder.ledger());
    CHECK_FALSE(one.is_wished());
    {
        const LedgerTurn::Wish wish(folder.ledger());
        REQUIRE(wish.is_announced());
        CHECK(one.is_wished());
        CHECK(other.is_wished());
        CHECK(one.is_wished());
    }
    CHECK_FALSE(one.is_wished());
    CHECK_FALSE(other.is_wished());
    CHECK(std::filesystem::exists(folder.turn()));
}

TEST_CASE("two writers wish at once, and the later end counts", "[ledger_turn]") {
    const LedgerFile folder;
    LedgerTurn turn(folder.ledger());
    std::optional<LedgerTurn::Wish> first(folder.ledger());
    std::optional<LedgerTurn::Wish> second(folder.ledger());
    REQUIRE(second->is_announced());
    first.reset();
    CHECK(turn.is_wished());
    second.reset();
    CHECK_FALSE(turn.is_wished());
}

TEST_CASE("the wish of a killed writer ends with it", "[ledger_turn]") {
    const LedgerFile folder;
    const Pipe announced;
    const pid_t writer = start_child([&] {
        const LedgerTurn::Wish wish(folder.ledger());
        const char byte = wish.is_announced() ? '1' : '0';
        if (::write(announced.in.get(), &byte, 1) == 1) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(announced.out.get(), &byte, 1) == 1);
    CHECK(byte == '1');
    LedgerTurn turn(folder.ledger());
    CHECK(turn.is_wished());
    ::kill(writer, SIGKILL);
    reap(writer);
    CHECK_FALSE(turn.is_wished());
}

TEST_CASE("a leader leaves the ledger alone for 50 ms at most, and then ignores the stranger",
          "[ledger_turn]") {
    const LedgerFile folder;
    const LedgerTurn::Wish stranger(folder.ledger());
    LedgerTurn turn(folder.ledger());
    const auto began = steady_clock::now();
    turn.make_way();
    CHECK(steady_clock::now() - began >= LedgerTurn::kMakeWay);
    // If each of these waited, they would take longer than that.
    for (int i = 0; i < 2000; ++i) turn.make_way();
    CHECK(steady_clock::now() - began < 2000 * LedgerTurn::kMakeWay);
    // It does not ignore a later writer for ever.
    CHECK(eventually([&] { return turn.is_wished(); }));
}

TEST_CASE("a lock file that was removed and created again is noticed", "[ledger_turn]") {
    const LedgerFile folder;
    LedgerTurn turn(folder.ledger());
    std::optional<LedgerTurn::Wish> wish(folder.ledger());
    CHECK(turn.is_wished());
    wish.reset();
    REQUIRE(std::filesystem::remove(folder.turn()));
    wish.emplace(folder.ledger());
    CHECK(eventually([&] { return turn.is_wished(); }));
}

TEST_CASE("the lock file has the ledger's rights, whatever the umask", "[ledger_turn]") {
    const LedgerFile folder;
    const mode_t mask = ::umask(0077);
    ::chmod(folder.ledger().c_str(), 0640);
    { const LedgerTurn::Wish wish(folder.ledger()); }
    CHECK(mode_of(folder.turn()) == 0640);
    ::chmod(folder.ledger().c_str(), 0600);
    { const LedgerTurn::Wish wish(folder.ledger()); }
    CHECK(mode_of(folder.turn()) == 0600);
    ::umask(mask);
}

TEST_CASE("what is no lock file is not used, and not changed", "[ledger_turn]") {
    const LedgerFile folder;
    const auto is_refused = [&] {
        LedgerTurn turn(folder.ledger());
        const LedgerTurn::Wish wish(folder.ledger());
        turn.make_way();
        return !wish.is_announced() && !turn.is_wished();
    };
    SECTION("a link") {
        folder.write("other", "");
        ::chmod((folder / "other").c_str(), 0604);
        std::filesystem::create_symlink(folder / "other", folder.turn());
        CHECK(is_refused());
        CHECK(mode_of(folder / "other") == 0604);
    }
    SECTION("a folder") {
        std::filesystem::create_directory(folder.turn());
        CHECK(is_refused());
    }
    SECTION("a pipe") {
        REQUIRE(::mkfifo(folder.turn().c_str(), 0600) == 0);
        CHECK(is_refused());
    }
}

TEST_CASE("without a ledger there is no lock file", "[ledger_turn]") {
    const LedgerFolder folder;
    const LedgerTurn::Wish wish(folder.ledger());
    CHECK_FALSE(wish.is_announced());
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a writer gets in beside a leader that commits without a pause", "[ledger_turn]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    std::atomic<bool> is_over{false};
    std::thread leader([&] {
        auto when = context("sequence:1000000");
        for (std::uint64_t at = 0; !is_over; at += 500) {
            Batch batch = numbers(at, 500);
            try {
                ledger.commit(batch.range_from(at), when);
            } catch (const LedgerUnavailable&) {
                at -= 500;  // the writer was in: the same again
            }
        }
    });
    // The writer waits for nothing: each of its attempts fails at once if the leader has the lock.
    SqliteConnection writer(folder.ledger(), false, std::chrono::milliseconds(0));
    for (int i = 0; i < 20; ++i) {
        const LedgerTurn::Wish wish(folder.ledger());
        CHECK(eventually([&] {
            try {
                writer.execute("BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS mine(x); COMMIT");
                return true;
            } catch (const SqliteError&) {
                return false;
            }
        }));
    }
    is_over = true;
    leader.join();
}
