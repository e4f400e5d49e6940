// SPDX-License-Identifier: Apache-2.0
// Reading a ledger from outside, in every state in which it can be found, without leaving a trace in it.
#include <poll.h>
#include <sys/stat.h>

#include <csignal>
#include <map>
#include <string>
#include <utility>

#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"
#include "tests/unit/sqlite/old_ledgers.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Every file of the folder: its bytes, and when it was changed last.
std::map<std::string, std::pair<std::string, long>> states_in(const LedgerFolder& folder) {
    std::map<std::string, std::pair<std::string, long>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        struct stat status {};
        ::stat(entry.path().c_str(), &status);
        files[entry.path().filename()] = {read_file(entry.path()),
                                          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    }
    return files;
}

std::uint64_t rows_read(const std::filesystem::path& file) {
    std::uint64_t rows = 0;
    read_sqlite_ledger(file, [&](LedgerReader& reader) {
        rows = 0;
        for (const auto& books : reader.books()) rows += books.rows();
    });
    return rows;
}

Refusal refusal_to_read(const std::filesystem::path& file) {
    return refusal_of([&] { rows_read(file); });
}

// A child commits `size` numbers and then stays, with the ledger open, or dies as kill -9 leaves it.
class Writer {
  public:
    Writer(const std::filesystem::path& file, std::uint64_t size) {
        REQUIRE(::pipe(ready_) == 0);
        pid_ = start_child([&] {
            SqliteLedger ledger(file);
            if (size > 0) {
                auto batch = numbers(1, size);
                ledger.commit(batch.range(), context("sequence", size + 1));
            }
            [[maybe_unused]] const auto told = ::write(ready_[1], "x", 1);
            ::poll(nullptr, 0, -1);
        });
        char byte = 0;
        pollfd readable{ready_[0], POLLIN, 0};
        REQUIRE(::poll(&readable, 1, 30'000) == 1);
        REQUIRE(::read(ready_[0], &byte, 1) == 1);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        die();
        ::close(ready_[0]);
        ::close(ready_[1]);
    }
    void stop() const { ::kill(pid_, SIGSTOP); }
    void die() {
        if (pid_ == 0) return;
        ::kill(pid_, SIGKILL);
        reap(std::exchange(pid_, 0));
    }

  private:
    int ready_[2]{};
    pid_t pid_ = 0;
};

}  // namespace

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
    change(folder.ledger(), "INSERT INTO duplicates VALUES('unknown', 1, 'a', 0)");
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
