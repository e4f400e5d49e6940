// SPDX-License-Identifier: Apache-2.0
// The ledger's bound: one process that does nothing but insert rows into a ledger's table, in transactions of
// a given size, with the ledger's own schema, index, digests and settings (write-ahead log,
// synchronous=FULL). Fair, even generous: prepared once, as many rows an INSERT as is asked for (32 is what
// the ledger does), values that are there already, no key is looked up, no filter filled, no duplicate told,
// no cursor and no link of the chain written, nothing awaited.
//
//     sqlite_writer FILE ROWS ROWS-A-TRANSACTION ROWS-AN-INSERT
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/digest.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/seal/value_digest.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/ledger_opening.hpp"

namespace pipeline::bench {
namespace {

constexpr int kColumns = 10;
constexpr std::int64_t kGeneration = 0x3d0358efc8b68388;  // any number of 64 bits

std::string insert_sql(std::size_t rows) {
    std::string sql =
        "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at, stored_at,"
        " generation, record) VALUES";
    for (std::size_t row = 0; row < rows; ++row)
        sql += row == 0 ? "(?,?,?,?,?,?,?,?,?,?)" : ",(?,?,?,?,?,?,?,?,?,?)";
    return sql;
}

void write(SqliteConnection& database, std::uint64_t rows, std::uint64_t batch, std::uint64_t group) {
    SqliteStatement many(database, insert_sql(group));
    SqliteStatement one(database, insert_sql(1));
    SqliteStatement begin(database, "BEGIN IMMEDIATE");
    SqliteStatement commit(database, "COMMIT");
    std::vector<std::string> ids(group);
    ValueDigest row_digest;
    Sha256 transaction_digest;
    const auto add_digest = [&](std::string_view id, std::uint64_t number, std::int64_t now) {
        row_digest.add(sealed_tag("id"), id);
        row_digest.add(sealed_tag("position"), static_cast<std::int64_t>(number));
        row_digest.add(sealed_tag("status"), std::string_view("booked"));
        row_digest.add(sealed_tag("attempts"), std::int64_t{1});
        row_digest.add(sealed_tag("consumer"), std::int64_t{0});
        row_digest.add(sealed_tag("acquired_at"), now);
        row_digest.add(sealed_tag("record"), static_cast<std::int64_t>(number));
        const Digest digest = row_digest.finish();
        transaction_digest.add(std::as_bytes(std::span(digest)));
    };
    const auto bind = [&](SqliteStatement& insert, std::size_t row, std::uint64_t number, std::int64_t now) {
        ids[row] = std::to_string(number);
        const int first = static_cast<int>(row) * kColumns;
        insert.bind(first + 1, std::string_view(ids[row]));
        insert.bind(first + 2, std::string_view("sequence"));
        insert.bind(first + 3, static_cast<std::int64_t>(number));
        insert.bind(first + 4, std::string_view("booked"));
        insert.bind(first + 5, std::int64_t{1});
        insert.bind(first + 6, std::int64_t{0});
        insert.bind(first + 7, now);
        insert.bind(first + 8, now);
        insert.bind(first + 9, kGeneration);
        insert.bind(first + 10, static_cast<std::int64_t>(number));
        add_digest(ids[row], number, now);
    };
    for (std::uint64_t done = 0; done < rows;) {
        const std::uint64_t end = std::min(rows, done + batch);
        const std::int64_t now = wall_us();
        begin.run();
        while (done < end) {
            const std::uint64_t count = end - done >= group ? group : 1;
            SqliteStatement& insert = count == group ? many : one;
            for (std::size_t row = 0; row < count; ++row) bind(insert, row, ++done, now);
            insert.run();
        }
        static_cast<void>(transaction_digest.finish());
        commit.run();
    }
}

}  // namespace
}  // namespace pipeline::bench

int main(int argc, char** argv) {
    using namespace pipeline;
    if (argc != 5) {
        std::fputs("sqlite_writer: FILE ROWS ROWS-A-TRANSACTION ROWS-AN-INSERT are needed\n", stderr);
        return 64;
    }
    const std::filesystem::path path = argv[1];
    const std::uint64_t rows = std::strtoull(argv[2], nullptr, 10);
    const std::uint64_t batch = std::strtoull(argv[3], nullptr, 10);
    const std::uint64_t group = std::strtoull(argv[4], nullptr, 10);
    if (rows == 0 || batch == 0 || group == 0 || group > 1000) {
        std::fputs("sqlite_writer: the numbers must be 1 or more, ROWS-AN-INSERT at most 1000\n", stderr);
        return 64;
    }
    try {
        SqliteConnection database = std::move(open_ledger_database(path, true, {}).database);
        const std::uint64_t began = monotonic_ns();
        bench::write(database, rows, batch, group);
        const double seconds = static_cast<double>(monotonic_ns() - began) / 1e9;
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        const bool whole = database.query_text("SELECT count(*) FROM invoices") == std::to_string(rows);
        std::printf(
            R"({"peer":"sqlite_writer","batch":%llu,"group":%llu,"whole":%s,"items":%llu,"seconds":%.6f,)"
            R"("rate":%.1f,"cpu_ns_per_item":%.1f})"
            "\n",
            static_cast<unsigned long long>(batch), static_cast<unsigned long long>(group),
            whole ? "true" : "false", static_cast<unsigned long long>(rows), seconds,
            static_cast<double>(rows) / seconds,
            (static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 +
             static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3) /
                static_cast<double>(rows));
        return whole ? 0 : 1;
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "sqlite_writer: %s\n", exception.what());
        return 1;
    }
}
