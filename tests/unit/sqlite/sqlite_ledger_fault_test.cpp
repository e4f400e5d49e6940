// SPDX-License-Identifier: Apache-2.0
// The ledger when the world fails: locks, full disks, I/O errors, a file that goes away, kill -9. The
// faults are put into SQLite's own table of system calls (sqlite3_vfs, xSetSystemCall), and in front of
// libc's fdatasync and fsync (sync_hook.hpp), so that no test needs a special file system or root.
#include <poll.h>
#include <sqlite3.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>
#include <new>
#include <random>
#include <string>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/sync_hook.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::atomic<int> write_error{0};

ssize_t failing_write(int fd, const void* bytes, std::size_t size, off64_t offset) {
    if (const int error = write_error; error != 0) {
        errno = error;
        return -1;
    }
    return ::pwrite64(fd, bytes, size, offset);
}

// SQLite's writes go through failing_write while it lives.
class WriteFault {
  public:
    explicit WriteFault(int error) : vfs_(sqlite3_vfs_find(nullptr)) {
        for (const auto* name : {"pwrite", "pwrite64"}) {
            vfs_->xSetSystemCall(vfs_, name, reinterpret_cast<sqlite3_syscall_ptr>(failing_write));
        }
        write_error = error;
    }
    WriteFault(const WriteFault&) = delete;
    WriteFault& operator=(const WriteFault&) = delete;
    ~WriteFault() {
        write_error = 0;
        for (const auto* name : {"pwrite", "pwrite64"}) vfs_->xSetSystemCall(vfs_, name, nullptr);
    }

  private:
    sqlite3_vfs* vfs_;
};

// The message of the LedgerUnavailable that committing `batch` throws; "" if it does not.
std::string refused(Ledger& ledger, Batch& batch) {
    try {
        ledger.commit(batch.range(), context("sequence", 1));
    } catch (const LedgerUnavailable& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a locked ledger is unavailable for a short while and works after the release",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto batch = numbers(0, 10);
    {
        SqliteConnection other(folder.ledger(), false, std::chrono::seconds(1));
        other.execute("BEGIN IMMEDIATE");
        const auto before = monotonic_ns();
        const auto message = refused(ledger, batch);
        CHECK(monotonic_ns() - before < 2'000'000'000U);
        check_mentions(message, "ledger " + folder.ledger().string() + ": database is locked; ");
        CHECK_FALSE(ledger.cursor("sequence"));      // reading is not disturbed
        const SqliteLedger second(folder.ledger());  // nor is opening
    }
    CHECK(refused(ledger, batch).empty());
    CHECK(batch.outcomes().front() == Outcome::Booked);
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "10");
}

TEST_CASE("a ledger that another program keeps for itself is refused at opening, in bounded time",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    static_cast<void>(SqliteLedger(folder.ledger()));
    SqliteConnection other(folder.ledger(), true, std::chrono::seconds(1));
    other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE");
    const auto before = monotonic_ns();
    check_mentions(refusal_of([&] { SqliteLedger(folder.ledger(), std::chrono::milliseconds(300)); }).text,
                   "others still have the file open; end the program that holds it");
    CHECK(monotonic_ns() - before < 3'000'000'000U);
}

TEST_CASE("a full disk and a failing one are unavailable and keep nothing of the batch",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto before = numbers(0, 10);
    REQUIRE(refused(ledger, before).empty());
    const auto size = GENERATE(1U, 150'000U);  // inside COMMIT, and before it when the page cache spills
    auto batch = numbers(10, size);
    const auto file = "ledger " + folder.ledger().string() + ": ";
    {
        const WriteFault fault(ENOSPC);
        const std::string expected =
            file + "database or disk is full; free some space: the results wait in memory";
        CHECK(refused(ledger, batch) == expected);
        CHECK(refused(ledger, batch) == expected);
    }
    {
        const WriteFault fault(EIO);
        // SQLite passes on the system's error if a statement meets it, and not if the COMMIT does.
        const auto message = refused(ledger, batch);
        check_mentions(message, file + "disk I/O error");
        check_mentions(message, size == 1 ? "disk I/O error (SQLite's code 778); "
                                          : "(Input/output error) (SQLite's code 778); ");
    }
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "10");
    CHECK(refused(ledger, batch).empty());
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == std::to_string(10 + size));
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
}

TEST_CASE("a batch whose fsync fails is not called durable", "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto batch = numbers(0, 10);
    sync_hook().error = EIO;
    const auto message = refused(ledger, batch);
    sync_hook().error = 0;
    check_mentions(message, "disk I/O error");
    CHECK(refused(ledger, batch).empty());
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "10");
}

TEST_CASE("a commit is one fsync, and so is one that finds all its rows there already",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto first = numbers(0, 10);
    REQUIRE(refused(ledger, first).empty());
    for (const auto start : {10U, 10U, 0U}) {
        auto batch = numbers(start, 10);
        const int before = sync_hook().files;
        REQUIRE(refused(ledger, batch).empty());
        CHECK(sync_hook().files - before == 1);
    }
}

TEST_CASE("a ledger that is moved away waits for its return and never begins a new file",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    auto first = numbers(0, 10);
    REQUIRE(refused(ledger, first).empty());
    auto second = numbers(10, 10);
    const auto away = folder.path() / "away.db";
    std::filesystem::rename(folder.ledger(), away);
    for (int i = 0; i < 2; ++i)
        check_mentions(refused(ledger, second), "moved or deleted while in use; put the file back");
    {
        const auto successor = SqliteLedger::shared(folder.ledger());
        const auto message = refused(*successor, second);
        check_mentions(message, "it is gone, and its log is not");
        check_mentions(message, "put the file back");
    }
    CHECK_FALSE(std::filesystem::exists(folder.ledger()));
    std::filesystem::rename(away, folder.ledger());
    CHECK(refused(ledger, second).empty());
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "20");
}

TEST_CASE("a ledger whose tables are changed while it is open fails with a clear line",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    SqliteLedger ledger(folder.ledger());
    change(folder.ledger(), "DROP TABLE sources");
    auto batch = numbers(0, 10);
    check_mentions(refusal_of([&] { ledger.commit(batch.range(), context("sequence", 1)); }).text,
                   "its table sources is not there");
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "0");
}

// A child commits batch after batch, and is killed at a random moment: while it opens (and the log is
// recovered), inside a transaction, between two. Its successor begins, as after a loss of the segments, at
// the cursor, and redoes the batch before it. Each time the file is asked: is what was committed still
// there, is what was not whole or gone, does it still work.
TEST_CASE("kill -9 at any moment leaves each batch whole or absent", "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    constexpr std::uint64_t kBatch = 200;
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    void* shared = ::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    auto& committed = *new (shared) std::atomic<std::uint64_t>(0);  // batches whose commit has returned

    const auto work = [&] {
        SqliteLedger ledger(folder.ledger());
        std::uint64_t next = ledger.cursor("sequence").value_or(0) / kBatch;
        if (next > 0) --next;
        for (;; ++next) {
            auto batch = numbers(next * kBatch, kBatch);
            ledger.commit(batch.range(), context("sequence", (next + 1) * kBatch));
            for (const auto outcome : batch.outcomes()) {
                if (outcome != Outcome::Booked) ::_exit(2);
            }
            committed = std::max(committed.load(), next + 1);
        }
    };
    { const SqliteLedger made(folder.ledger()); }
    for (int kill = 0; kill < 40; ++kill) {
        const auto before = committed.load();
        const bool early = kill % 4 == 0;  // before the first commit has returned, or later
        const pid_t pid = start_child(work);
        const auto deadline = monotonic_ns() + 20'000'000'000U;
        while (!early && committed.load() <= before && monotonic_ns() < deadline) ::sched_yield();
        const timespec moment{0, std::uniform_int_distribution<long>(0, 8'000'000)(random)};
        ::ppoll(nullptr, 0, &moment, nullptr);
        ::kill(pid, SIGKILL);
        const int status = reap(pid);
        REQUIRE(WIFSIGNALED(status));
        if (!early) CHECK(committed.load() > before);

        const auto batches = ask(folder.ledger(), "SELECT count(*) / 200 FROM invoices");
        CHECK(ask(folder.ledger(), "SELECT count(*) % 200 FROM invoices") == "0");
        CHECK(std::stoull(batches) >= committed.load());
        const auto balance = ask(folder.ledger(),
                                 "SELECT count(*) = coalesce(max(position) + 1, 0) AND"
                                 " count(*) = coalesce((SELECT acquired FROM sources), 0) AND"
                                 " count(*) = coalesce((SELECT cursor FROM sources), 0) AND"
                                 " 0 = (SELECT count(*) FROM duplicates) FROM invoices");
        CHECK(balance == "1");
    }
    CHECK(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
    ::munmap(shared, sizeof(std::atomic<std::uint64_t>));
}
