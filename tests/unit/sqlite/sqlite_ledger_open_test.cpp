// SPDX-License-Identifier: Apache-2.0
// Opening a ledger: what is made, what is refused, and in which words.
#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "common/ledger/sqlite/ledger_schema.hpp"
#include "common/ledger/sqlite/sqlite_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

Refusal try_to_open(const std::filesystem::path& file) {
    return refusal_of([&] { SqliteLedger ledger(file); });
}

bool one_line_naming(const std::string& text, const std::filesystem::path& file) {
    return text.rfind("ledger " + file.string() + ": ", 0) == 0 && text.find('\n') == std::string::npos;
}

// What opening `file` says to a user without root's rights.
Refusal try_to_open_unprivileged(const std::filesystem::path& file, const std::filesystem::path& answer) {
    write_file(answer, "");
    std::filesystem::permissions(answer, std::filesystem::perms::all);
    const int status = reap(start_child([&] {
        std::ofstream out(answer);
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(77);
        const auto refusal = try_to_open(file);
        out << to_int(refusal.status) << ' ' << refusal.text << std::flush;
    }));
    Refusal refusal;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) return {ExitStatus::Internal, "skip"};
    int number = -1;
    std::ifstream in(answer);
    in >> number;
    in.get();
    std::getline(in, refusal.text);
    refusal.status = static_cast<ExitStatus>(number);
    return refusal;
}

}  // namespace

TEST_CASE("a new ledger has the documented schema and is durable by write-ahead log", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const SqliteLedger ledger(folder.ledger());
    CHECK(
        ask(folder.ledger(), "SELECT group_concat(name) FROM pragma_table_info('invoices')") ==
        "id,source,position,status,supplier,currency,net,tax,gross,due,reason,attempts,consumer,acquired_at,"
        "stored_at,round,due_at,leased_until,failures,first_failed_at,kind,number,issued_on,due_on,"
        "supplier_id,buyer,file_digest,repeats,result,output,exit_status,started_at,worked_us,generation,"
        "record,digest,serial");
    CHECK(
        ask(folder.ledger(), "SELECT group_concat(name) FROM pragma_table_info('duplicates') WHERE pk > 0") ==
        "source,position,id");
    CHECK(ask(folder.ledger(), "SELECT group_concat(name) FROM pragma_table_info('sources')") ==
          "source,cursor,acquired,updated_at,digest,file");
    CHECK(ask(folder.ledger(), "SELECT version FROM schema_version") == std::to_string(kLedgerSchemaVersion));
    CHECK(ask(folder.ledger(), "PRAGMA journal_mode") == "wal");
    const auto insert = [&](const std::string& table, const std::string& status) {
        change(folder.ledger(), "INSERT INTO " + table +
                                    "(id, source, position, status, attempts, consumer, acquired_at,"
                                    " stored_at) VALUES('x', 's', 1, '" +
                                    status + "', 1, 0, 0, 0)");
    };
    for (const auto* table : {"invoices", "history"}) {
        CHECK_THROWS_AS(insert(table, "lost"), SqliteError);
        CHECK_NOTHROW(insert(table, "waiting"));
    }
}

TEST_CASE("an empty file and a copy made by VACUUM INTO are opened", "[sqlite_ledger]") {
    const LedgerFolder folder;
    write_file(folder.ledger(), "");
    CHECK(try_to_open(folder.ledger()).text.empty());
    const auto copy = folder.path() / "copy.db";
    change(folder.ledger(), "VACUUM INTO '" + copy.string() + "'");
    CHECK(ask(copy, "PRAGMA journal_mode") == "delete");
    CHECK(try_to_open(copy).text.empty());
    CHECK(ask(copy, "PRAGMA journal_mode") == "wal");
}

TEST_CASE("a new ledger that many processes open at once is made once", "[sqlite_ledger]") {
    const LedgerFolder folder;
    int gate[2];
    REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
    std::vector<pid_t> children;
    for (std::uint64_t k = 0; k < 8; ++k) {
        children.push_back(start_child([&] {
            ::close(gate[1]);
            char byte = 0;
            [[maybe_unused]] const auto opened = ::read(gate[0], &byte, 1);  // until all are there
            SqliteLedger ledger(folder.ledger());
            Batch batch;
            batch.add(std::to_string(k), k);
            const auto deadline = monotonic_ns() + 30'000'000'000U;
            while (batch.outcomes().front() != Outcome::Booked && monotonic_ns() < deadline) {
                try {
                    ledger.commit(batch.range(), context("sequence"));
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
              "SELECT count(*) || ' ' || (SELECT count(*) FROM schema_version) FROM invoices") == "8 1");
}

TEST_CASE("a ledger in a missing directory is refused by naming the directory", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const auto file = folder.path() / "missing" / "invoices.db";
    const auto refusal = try_to_open(file);
    CHECK(refusal.status == ExitStatus::CannotCreate);
    CHECK(one_line_naming(refusal.text, file));
    check_mentions(refusal.text, file.parent_path().string() + " does not exist");
    CHECK_FALSE(std::filesystem::exists(file.parent_path()));
}

TEST_CASE("a directory in the place of a ledger is refused", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const auto refusal = try_to_open(folder.path());
    CHECK(refusal.status == ExitStatus::CannotCreate);
    CHECK(one_line_naming(refusal.text, folder.path()));
    check_mentions(refusal.text, "is a directory");
}

TEST_CASE("a file that is not a database is refused and left as it is", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const std::string text(5000, 'x');
    write_file(folder.ledger(), text);
    const auto refusal = try_to_open(folder.ledger());
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(one_line_naming(refusal.text, folder.ledger()));
    check_mentions(refusal.text, "not a database");
    CHECK(read_file(folder.ledger()) == text);
}

TEST_CASE("another program's database is refused and left as it is", "[sqlite_ledger]") {
    const LedgerFolder folder;
    const auto* const tables = GENERATE(
        "CREATE TABLE users(name)",
        "CREATE TABLE schema_version(version); INSERT INTO schema_version VALUES(1)",
        "CREATE TABLE schema_version(version); CREATE TABLE invoices(id)",
        "CREATE TABLE schema_version(version); INSERT INTO schema_version VALUES(1); CREATE TABLE "
        "invoices(id, "
        "source, position, status, supplier, currency, net, tax, gross, due, reason, attempts, consumer, "
        "acquired_at, stored_at)");
    change(folder.ledger(), tables);
    const auto schema = ask(folder.ledger(), "SELECT group_concat(sql) FROM sqlite_schema");
    const auto refusal = try_to_open(folder.ledger());
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(one_line_naming(refusal.text, folder.ledger()));
    check_mentions(refusal.text, "not a ledger");
    CHECK(ask(folder.ledger(), "SELECT group_concat(sql) FROM sqlite_schema") == schema);
}

TEST_CASE("a ledger of a newer version is refused", "[sqlite_ledger]") {
    const LedgerFolder folder;
    CHECK(try_to_open(folder.ledger()).text.empty());
    change(folder.ledger(), "UPDATE schema SET version = version + 1");
    const auto refusal = try_to_open(folder.ledger());
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(one_line_naming(refusal.text, folder.ledger()));
    check_mentions(refusal.text, "newer version");
    check_mentions(refusal.text, "schema is " + std::to_string(kLedgerSchemaVersion + 1));
}

TEST_CASE("a damaged ledger is refused when the damage is met", "[sqlite_ledger]") {
    const LedgerFolder folder;
    {
        SqliteLedger ledger(folder.ledger());
        Batch batch;
        for (std::uint64_t i = 0; i < 500; ++i) batch.add(std::to_string(i), i);
        ledger.commit(batch.range(), context("sequence", 500));
    }
    // Every page but the first one, which holds the schema.
    {
        std::fstream file(folder.ledger(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(4096);
        const auto bytes = std::filesystem::file_size(folder.ledger()) - 4096;
        file << std::string(static_cast<std::size_t>(bytes), '\x5a');
    }
    const auto refusal = try_to_open(folder.ledger());  // reads schema_version
    CHECK(refusal.status == ExitStatus::Configuration);
    CHECK(one_line_naming(refusal.text, folder.ledger()));
    check_mentions(refusal.text, "malformed");
    check_mentions(refusal.text, "restore");
}

TEST_CASE("a ledger that cannot be written is found out when it is opened", "[sqlite_ledger]") {
    const LedgerFolder folder;
    using std::filesystem::perms;
    std::filesystem::permissions(folder.path(), perms::owner_all | perms::group_exec | perms::others_exec);
    CHECK(try_to_open(folder.ledger()).text.empty());
    const auto answer = folder.path() / "answer";
    std::filesystem::path file = folder.ledger();
    SECTION("a file for reading alone") {
        std::filesystem::permissions(file, perms::owner_read | perms::others_read);
    }
    SECTION("a file whose log, left by a crash, belongs to somebody else") {
        REQUIRE(reap(start_child([&] {
                    SqliteLedger ledger(file);
                    Batch batch;
                    batch.add("a", 1);
                    ledger.commit(batch.range(), context("sequence"));
                    ::_exit(0);  // without closing it
                })) == 0);
        std::filesystem::permissions(file, perms::all);
        std::filesystem::permissions(file.string() + "-shm", perms::all);
        std::filesystem::permissions(file.string() + "-wal", perms::owner_read | perms::others_read);
    }
    SECTION("a file in a directory where no log can be made") {
        std::filesystem::permissions(file, perms::all);
        write_file(answer, "");
        std::filesystem::permissions(
            folder.path(), perms::owner_read | perms::owner_exec | perms::group_exec | perms::others_exec);
    }
    SECTION("a new file in such a directory") {
        file = folder.path() / "new.db";
        write_file(answer, "");
        std::filesystem::permissions(
            folder.path(), perms::owner_read | perms::owner_exec | perms::group_exec | perms::others_exec);
    }
    const auto refusal = try_to_open_unprivileged(file, answer);
    std::filesystem::permissions(folder.path(), perms::owner_all);
    if (refusal.text == "skip") {
        WARN("skipped: this process is root and cannot become another user");
        return;
    }
    CHECK(refusal.status == ExitStatus::CannotCreate);
    CHECK(one_line_naming(refusal.text, file));
    check_mentions(refusal.text, "writable for this user");
}
