// SPDX-License-Identifier: Apache-2.0
// Random changes to a sealed ledger, as somebody makes them who can write the file: each is found.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "common/ledger/seal/sealed_columns.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"
#include "tests/unit/seal/honest_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// A value of a random row of `table` becomes another one.
std::string changed_value(HonestLedger& random, const std::string& table) {
    std::string column;
    do {
        column = kSealedColumns[random.pick(kSealedColumns.size())];
    } while (column == "seen_at" || column == "digest");
    if (table == "duplicates") column = random.pick(2) == 0 ? "position" : "seen_at";
    if (table == "pruned") column = random.pick(2) == 0 ? "position" : "record";
    // Texts grow by a letter, numbers by one, and what is absent becomes something.
    const std::string value =
        column == "status" ? "CASE status WHEN 'booked' THEN 'failed' ELSE 'booked' END"
                           : fmt::format(
                                 "CASE WHEN {0} IS NULL THEN 1 WHEN typeof({0}) = 'text' THEN {0} || 'x'"
                                 " ELSE {0} + 1 END",
                                 column);
    return fmt::format(
        "UPDATE {0} SET {1} = {2} WHERE rowid = (SELECT rowid FROM {0} ORDER BY random() LIMIT 1)", table,
        column, value);
}

std::string inserted_row(HonestLedger& random) {
    const char* const of[][2] = {{"generation", "record"},
                                 {"NULL", "NULL"},
                                 {"generation", "NULL"},
                                 {"12345", "9223372036854775807"},
                                 {"-1", "0"}};
    const auto& [generation, record] = of[random.pick(5)];
    return fmt::format(
        "INSERT INTO invoices(id, source, position, status, attempts, consumer, acquired_at, stored_at,"
        " generation, record) SELECT 'forged', source, position + 1000, 'booked', 1, 0, acquired_at, "
        "stored_at,"
        " {}, {} FROM invoices ORDER BY random() LIMIT 1",
        generation, record);
}

std::string random_row_of(const char* table) {
    return fmt::format("(SELECT rowid FROM {} ORDER BY random() LIMIT 1)", table);
}

std::string forgery(HonestLedger& random) {
    const char* const kTables[] = {"invoices", "invoices", "invoices", "history", "duplicates", "pruned"};
    switch (random.pick(10)) {
        case 0:
            return fmt::format("DELETE FROM invoices WHERE rowid = {}", random_row_of("invoices"));
        case 1:
            return inserted_row(random);
        case 2: {
            const char* table = kTables[3 + random.pick(3)];
            return fmt::format("DELETE FROM {} WHERE rowid = {}", table, random_row_of(table));
        }
        case 3:
            return "DELETE FROM commits WHERE (generation, number) = (SELECT generation, number FROM commits"
                   " ORDER BY random() LIMIT 1)";
        case 4: {
            const char* const kColumns[] = {"first", "recorded", "changed", "stored_at"};
            return fmt::format(
                "UPDATE commits SET {0} = {0} + 1 WHERE (generation, number) = (SELECT generation,"
                " number FROM commits ORDER BY random() LIMIT 1)",
                kColumns[random.pick(4)]);
        }
        case 5: {
            const char* const kColumns[] = {"digest", "head"};
            return fmt::format(
                "UPDATE commits SET {} = randomblob(32) WHERE (generation, number) = (SELECT"
                " generation, number FROM commits ORDER BY random() LIMIT 1)",
                kColumns[random.pick(2)]);
        }
        case 6:
            return fmt::format(
                       "INSERT INTO history({0}) SELECT {0} FROM invoices WHERE status = 'booked' LIMIT 1;",
                       outcome_columns_sql()) +
                   "DELETE FROM invoices WHERE id = (SELECT id FROM invoices WHERE status = 'booked' LIMIT "
                   "1)";
        case 7:
            return "UPDATE generations SET taken = coalesce(taken, 0) + 1 WHERE generation IN"
                   " (SELECT generation FROM commits ORDER BY random() LIMIT 1)";
        case 8:  // two rows exchange their ids
            return "CREATE TEMP TABLE two AS SELECT rowid AS row, id FROM invoices ORDER BY random() LIMIT 2;"
                   "UPDATE invoices SET id = 'aside' WHERE rowid = (SELECT max(row) FROM two);"
                   "UPDATE invoices SET id = (SELECT id FROM two WHERE row = (SELECT max(row) FROM two)) "
                   "WHERE"
                   " rowid = (SELECT min(row) FROM two);"
                   "UPDATE invoices SET id = (SELECT id FROM two WHERE row = (SELECT min(row) FROM two)) "
                   "WHERE"
                   " rowid = (SELECT max(row) FROM two)";
        default:
            return changed_value(random, kTables[random.pick(6)]);
    }
}

}  // namespace

TEST_CASE("whatever is changed in a sealed ledger is found", "[seal]") {
    const std::uint64_t seed = test_seed();
    fmt::print("forgeries: seed {}\n", seed);
    const LedgerFolder copies;
    std::uint64_t tried = 0;
    for (std::uint64_t i = 0; tried < scaled(400); ++i) {
        HonestLedger ledger(seed + i);
        for (int step = 0; step < 25; ++step) ledger.live();
        if (ask(ledger.path(), "SELECT count(*) > 3 FROM invoices") != "1") continue;
        change(ledger.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
        for (int each = 0; each < 20; ++each) {
            const auto copy = copies / "copy.db";
            std::filesystem::copy_file(ledger.path(), copy,
                                       std::filesystem::copy_options::overwrite_existing);
            std::filesystem::remove(copies / "copy.db-wal");
            std::filesystem::remove(copies / "copy.db-shm");
            const std::string sql = forgery(ledger);
            std::string refused;
            std::int64_t changes = 0;
            try {
                SqliteConnection database(copy, false, std::chrono::seconds(5));
                const std::string before = database.query_text("SELECT total_changes()");
                database.execute(sql.c_str());
                changes = std::stoll(database.query_text("SELECT total_changes()")) - std::stoll(before);
            } catch (const SqliteError& error) {
                continue;  // a constraint of the schema has refused it
            }
            if (changes == 0) continue;
            ++tried;
            INFO("seed " << seed + i << ": " << sql);
            CHECK_FALSE(faults_of(copy).empty());
        }
    }
}
