// SPDX-License-Identifier: Apache-2.0
// Every single call to the disk fails, once or for a while, from the making of a ledger to its closing; and a
// disk that is really full. Whatever failed is tried again as the consumers do it, and in the end each
// invoice is there once.
#include <fmt/format.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include <memory>
#include <string>
#include <vector>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/disk_shim.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Fails the calls [first, first + count), counted from 1, with what a system would say.
class FaultyDisk final : public Disk {
  public:
    FaultyDisk(std::uint64_t first, std::uint64_t count, bool is_full)
        : first_(first), end_(first + count), is_full_(is_full) {}
    [[nodiscard]] bool was_reached() const noexcept { return calls_ >= first_; }
    [[nodiscard]] const char* what() const noexcept { return what_; }

    int before(DiskCall call, const std::string&) override {
        ++calls_;
        if (calls_ < first_ || calls_ >= end_) return SQLITE_OK;
        const auto fault = [this](const char* name, int code) {
            what_ = name;
            return code;
        };
        switch (call) {
            case DiskCall::Open:
                return fault("open", SQLITE_CANTOPEN);
            case DiskCall::Read:
                return fault("read", SQLITE_IOERR_READ);
            case DiskCall::Write:
                return is_full_ ? fault("write, full", SQLITE_FULL) : fault("write", SQLITE_IOERR_WRITE);
            case DiskCall::Truncate:
                return fault("truncate", SQLITE_IOERR_TRUNCATE);
            case DiskCall::Sync:
                return fault("sync", SQLITE_IOERR_FSYNC);
            case DiskCall::Delete:
                return fault("delete", SQLITE_IOERR_DELETE);
            case DiskCall::MapIndex:
                return fault("map", SQLITE_IOERR_SHMMAP);
        }
        return SQLITE_OK;
    }

  private:
    std::uint64_t first_;
    std::uint64_t end_;
    bool is_full_;
    std::uint64_t calls_ = 0;
    const char* what_ = "none";
};

constexpr int kMostTries = 400;

// As the supervisor's and the consumers' starts: again until it works.
std::unique_ptr<SqliteLedger> open_again_and_again(const std::filesystem::path& file) {
    for (int tries = 0; tries < kMostTries; ++tries) {
        try {
            return std::make_unique<SqliteLedger>(file);
        } catch (const Failure& failure) {
            INFO(failure.what());
            CHECK(failure.status() == ExitStatus::CannotCreate);
        }
    }
    FAIL("the ledger does not open any more");
    return nullptr;
}

void commit_again_and_again(Ledger& ledger, std::uint64_t first, std::uint64_t size) {
    Batch batch;
    for (std::uint64_t i = first; i < first + size; ++i)
        batch.add(std::to_string(i % 10 == 9 ? i - 9 : i), i);
    const auto when = context("sequence", first + size);
    for (int tries = 0; tries < kMostTries; ++tries) {
        try {
            ledger.commit(batch.range(), when);
            for (std::uint64_t i = 0; i < size; ++i) {
                const bool is_repeated = (first + i) % 10 == 9;
                CHECK(batch.outcomes()[i] == (is_repeated ? Outcome::Duplicate : Outcome::Booked));
            }
            return;
        } catch (const LedgerUnavailable&) {
            // Again, with the outcomes that this try has left.
        }
    }
    FAIL("the ledger takes no batch any more");
}

// A ledger is made, written, checkpointed by another connection, closed, opened again, written, closed.
void work(const std::filesystem::path& file) {
    auto ledger = open_again_and_again(file);
    commit_again_and_again(*ledger, 10, 20);
    commit_again_and_again(*ledger, 30, 60);
    try {
        SqliteConnection(file, false, std::chrono::seconds(0)).execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SqliteError&) {
        // Somebody else's misfortune.
    }
    commit_again_and_again(*ledger, 90, 10);
    ledger.reset();
    ledger = open_again_and_again(file);
    commit_again_and_again(*ledger, 100, 20);
}

}  // namespace

TEST_CASE("whichever call to the disk fails, once or for a while, each invoice is there once in the end",
          "[sqlite_ledger][fault]") {
    struct Kind {
        std::uint64_t calls;
        bool is_full;
    };
    const auto kind = GENERATE(Kind{1, false}, Kind{1, true}, Kind{40, false});
    std::uint64_t faults = 0;
    for (std::uint64_t first = 1;; ++first) {
        const LedgerFolder folder;
        FaultyDisk disk(first, kind.calls, kind.is_full);
        {
            const DiskShim shim(disk);
            work(folder.ledger());
        }
        INFO("call " << first << " and " << kind.calls - 1 << " more: " << disk.what());
        REQUIRE(ask(folder.ledger(),
                    "SELECT count(*) || ' ' || (SELECT count(*) FROM duplicates) || ' ' ||"
                    " (SELECT acquired || ' ' || cursor FROM sources) FROM invoices") == "99 11 110 120");
        REQUIRE(ask(folder.ledger(), "PRAGMA integrity_check") == "ok");
        if (!disk.was_reached()) break;
        ++faults;
    }
    CHECK(faults > 100);
}

TEST_CASE("a disk that is really full is waited for, and the ledger goes on when there is room",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    const auto disk = folder.path() / "disk";
    std::filesystem::create_directory(disk);
    // In a child, whose mounts nobody else sees.
    const int status = reap(start_child([&] {
        if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(77);
        if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
            ::_exit(77);
        }
        const auto file = disk / "invoices.db";
        SqliteLedger ledger(file);
        std::ofstream(disk / "ballast", std::ios::binary) << std::string(400'000, 'x') << std::flush;
        std::uint64_t next = 0;
        int refused = 0;
        std::string said;
        while (refused < 3) {
            Batch batch;
            for (std::uint64_t i = next; i < next + 200; ++i)
                batch.add(fmt::format("invoice number {}", i), i);
            try {
                ledger.commit(batch.range(), context("sequence", next + 200));
                next += 200;
            } catch (const LedgerUnavailable& unavailable) {
                said = unavailable.what();
                ++refused;
            }
        }
        if (said.find("full; free some space: the results wait in memory") == std::string::npos)
            throw std::runtime_error("it says: " + said);
        const auto rows = [&] {
            std::uint64_t found = 0;
            read_sqlite_ledger(file, [&](LedgerReader& reader) { found = reader.books().at(0).rows(); });
            return found;
        };
        if (next == 0 || rows() != next) throw std::runtime_error("rows are missing on the full disk");
        std::filesystem::remove(disk / "ballast");
        Batch batch;
        for (std::uint64_t i = next; i < next + 200; ++i) batch.add(fmt::format("invoice number {}", i), i);
        ledger.commit(batch.range(), context("sequence", next + 200));
        if (rows() != next + 200) throw std::runtime_error("rows are missing after the release");
        if (ask(file, "PRAGMA integrity_check") != "ok") throw std::runtime_error("the ledger is damaged");
    }));
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        WARN("not run: this process may not mount a small file system");
        return;
    }
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a new ledger on a full disk is refused with what to do, and made when there is room",
          "[sqlite_ledger][fault]") {
    const LedgerFolder folder;
    FaultyDisk disk(1, UINT64_MAX / 2, true);
    {
        const DiskShim shim(disk);
        CHECK_THROWS_AS(SqliteLedger(folder.ledger()), Failure);
    }
    SqliteLedger ledger(folder.ledger());
    commit_again_and_again(ledger, 10, 20);
    CHECK(ask(folder.ledger(), "SELECT count(*) FROM invoices") == "18");
}
