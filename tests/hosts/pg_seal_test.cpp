// SPDX-License-Identifier: Apache-2.0
// Audits of ledgers whose history is random: an honest one has no fault, and whatever somebody changes in one
// who can write the tables is found.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "common/ledger/postgresql/schema/pg_tables.hpp"
#include "common/ledger/postgresql/seal/pg_seal_check.hpp"
#include "common/ledger/seal/sealed_columns.hpp"
#include "tests/hosts/pg_honest_ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scale.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

constexpr std::array<const char*, 2> kSources{"table:jobs", "spool:/in"};

// Two hosts and a person who take turns.
void live(const std::string& url, std::uint64_t seed, int steps) {
    std::mt19937_64 random(seed);
    HonestHost one(url, kSources[0], random());
    HonestHost other(url, kSources[1], random());
    HonestPerson person(url, random());
    for (int step = 0; step < steps; ++step) {
        HonestHost& host = random() % 2 == 0 ? one : other;
        switch (random() % 8) {
            case 0:
                host.begin_anew();
                break;
            case 1:
            case 2:
                person.decide();
                break;
            default:
                host.commit();
        }
    }
}

std::string random_row_of(const std::string& table) {
    return fmt::format("(SELECT ctid FROM {} ORDER BY random() LIMIT 1)", table);
}

// A value of a random row of `table` becomes another one.
std::string changed_value(std::mt19937_64& random, const std::string& table) {
    std::string column;
    do {
        column = kSealedColumns[random() % kSealedColumns.size()];
    } while (column == "seen_at" || column == "digest");
    if (table == "duplicates") column = random() % 2 == 0 ? "position" : "seen_at";
    if (table == "pruned") column = random() % 2 == 0 ? "position" : "record";
    const bool is_number = column == "seen_at" || is_pg_integer(column);
    // Texts grow by a letter, numbers by one, and what is absent becomes something.
    const std::string value = column == "status" ? "CASE status WHEN 'booked' THEN 'failed' ELSE 'booked' END"
                              : is_number        ? fmt::format("coalesce({} + 1, 1)", column)
                                                 : fmt::format("coalesce({} || 'x', '1')", column);
    return fmt::format("UPDATE {} SET {} = {} WHERE ctid = {}", table, column, value, random_row_of(table));
}

std::string forgery(std::mt19937_64& random) {
    const char* const kTables[] = {"invoices", "invoices", "invoices", "history", "duplicates", "pruned"};
    switch (random() % 9) {
        case 0: {
            const char* const table = kTables[random() % 6];
            return fmt::format("DELETE FROM {} WHERE ctid = {}", table, random_row_of(table));
        }
        case 1: {
            const char* const of[][2] = {{"generation", "record"},
                                         {"NULL", "NULL"},
                                         {"generation", "NULL"},
                                         {"12345", "9223372036854775807"},
                                         {"-1", "0"}};
            const auto& [generation, record] = of[random() % 5];
            return fmt::format(
                "INSERT INTO invoices(key, id, source, position, status, attempts, consumer, acquired_at,"
                " stored_at, generation, record) SELECT 'forged', 'forged', source, position + 1000,"
                " 'booked', 1, 0, acquired_at, stored_at, {}, {} FROM invoices ORDER BY random() LIMIT 1",
                generation, record);
        }
        case 2:
            return "DELETE FROM commits WHERE ctid = " + random_row_of("commits");
        case 3: {
            const char* const kColumns[] = {"first", "recorded", "changed", "stored_at"};
            return fmt::format("UPDATE commits SET {0} = {0} + 1 WHERE ctid = {1}", kColumns[random() % 4],
                               random_row_of("commits"));
        }
        case 4:
            return fmt::format("UPDATE commits SET {} = sha256('forged') WHERE ctid = {}",
                               random() % 2 == 0 ? "digest" : "head", random_row_of("commits"));
        case 5:
            return fmt::format(
                "WITH gone AS (DELETE FROM invoices WHERE ctid = (SELECT ctid FROM invoices WHERE"
                " status = 'booked' LIMIT 1) RETURNING {0}) INSERT INTO history({0}) SELECT {0} FROM gone",
                pg_outcome_columns());
        case 6:
            return "UPDATE generations SET taken = coalesce(taken, 0) + 1 WHERE generation IN"
                   " (SELECT generation FROM commits ORDER BY random() LIMIT 1)";
        case 7:  // two rows exchange their ids, and keep their keys
            return "UPDATE invoices AS one SET id = (SELECT max(id) FROM invoices) WHERE"
                   " id = (SELECT min(id) FROM invoices) AND (SELECT count(*) FROM invoices) > 1";
        default:
            return changed_value(random, kTables[random() % 6]);
    }
}

}  // namespace

TEST_CASE("PgSeal: no honest ledger is called changed, whatever has happened to it", "[pg_seal]") {
    if (postgres_server() == nullptr) return;
    const std::uint64_t seed = test_seed();
    fmt::print("honest ledgers in PostgreSQL: seed {}\n", seed);
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(1, scaled(8)); ++i) {
        CAPTURE(seed + i);
        PgLedgerFixture ledger;
        live(ledger.url(), seed + i, 50);
        REQUIRE(pg_faults_of(ledger.url()).empty());
    }
}

TEST_CASE("PgSeal: whatever is changed in a sealed ledger is found", "[pg_seal]") {
    if (postgres_server() == nullptr) return;
    const std::uint64_t seed = test_seed();
    fmt::print("forgeries in PostgreSQL: seed {}\n", seed);
    std::mt19937_64 random(seed);
    std::uint64_t tried = 0;
    for (std::uint64_t i = 0; tried < scaled(400); ++i) {
        PgLedgerFixture ledger;
        live(ledger.url(), seed + i, 25);
        if (ledger.ask("(SELECT count(*) > 3 FROM invoices)") != "true") continue;
        PgConnection& database = ledger.database();
        for (int each = 0; each < 100; ++each) {
            const std::string sql = forgery(random);
            database.begin();
            static_cast<void>(database.finish());
            try {
                if (database.run(sql).changes() != 0) {
                    ++tried;
                    INFO("seed " << seed + i << ": " << sql);
                    CHECK_FALSE(check_pg_seal(database, 5, std::nullopt).faults.empty());
                }
            } catch (const PgError& error) {
                // A constraint of the tables has refused it.
                INFO(sql << ": " << error.what());
                CHECK(error.state().substr(0, 2) == "23");
            }
            REQUIRE(database.roll_back());
        }
    }
}

TEST_CASE("PgSeal: hosts and people at once leave a ledger that balances", "[pg_seal]") {
    if (postgres_server() == nullptr) return;
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    PgLedgerFixture ledger;
    std::atomic<int> busy{3};
    std::vector<std::thread> threads;
    std::vector<std::string> errors(5);
    for (std::size_t i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            try {
                HonestHost host(ledger.url(), kSources[i % 2], seed + i);
                for (std::uint64_t step = 0; step < scaled(200); ++step) {
                    if (step % 20 == 19) host.begin_anew();
                    host.commit();
                }
            } catch (const std::exception& error) {
                errors[i] = error.what();
            }
            --busy;
        });
    }
    for (std::size_t i = 3; i < 5; ++i) {
        threads.emplace_back([&, i] {
            try {
                HonestPerson person(ledger.url(), seed + i);
                while (busy != 0) person.decide();
            } catch (const std::exception& error) {
                errors[i] = error.what();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& error : errors) CHECK(error == "");
    CHECK(pg_faults_of(ledger.url()).empty());
    CHECK(ledger.ask("(SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())") == "0");
}
