// SPDX-License-Identifier: Apache-2.0
// A ledger of version 7 gets slices: without a copy of its rows, and with every id recognised.
#include "common/ledger/sqlite/ids/ledger_version_8.hpp"

#include "common/ledger/sqlite/ledger_versions.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/ids/sliced_ledger.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// Makes a ledger of version 7 with rows of which SQLite's number n is `first`, `first` + `step` and so on,
// `count` of them if all meet `condition`. Their ids are "id" and n.
void fill_version_7(const SlicedLedger& ledger, std::int64_t first, std::int64_t count, std::int64_t step,
                    std::string_view condition) {
    SqliteConnection database(ledger.file(), true, std::chrono::seconds(5));
    database.execute("BEGIN");
    make_ledger_schema(database, 0, 7);
    database.execute(
        fmt::format(
            "WITH RECURSIVE number(n) AS (SELECT {0} UNION ALL SELECT n + {2} FROM number WHERE"
            " n < {0} + ({1} - 1) * {2})"
            " INSERT INTO invoices(rowid, id, source, position, status, attempts, consumer, acquired_at,"
            " stored_at, digest) SELECT n, 'id' || n, 'lines:/first', n, 'booked', 1, 0, 1, 2, x'00'"
            " FROM number WHERE {3}; COMMIT",
            first, count, step, condition)
            .c_str());
}

}  // namespace

TEST_CASE("a ledger of version 7 with five slices of rows recognises their ids", "[ledger_version_8]") {
    const SlicedLedger ledger;
    // As somebody left them who deleted every tenth.
    fill_version_7(ledger, 1, 140'000, 1, "n % 10 <> 0");
    SqliteLedger open(ledger.file());
    CHECK(ledger.slices() == "0:29491 1:29491 2:29491 3:29491 4:8036");
    CHECK(ledger.filters() == "0 1 2 3");
    CHECK(ledger.ask("PRAGMA integrity_check") == "ok");
    CHECK(ledger.ask("SELECT min(serial) || ' ' || max(serial) FROM invoices") == "1 139999");
    CHECK(ledger.ask("SELECT serial FROM invoices WHERE id = 'id65537'") == "65537");
    std::vector<std::string> faults;
    SqliteConnection database(ledger.file(), false, std::chrono::seconds(5));
    check_ids(database, 5, faults);
    CHECK(faults.empty());
    CHECK(SlicedLedger::commit(open, {"id1", "id10", "id32767", "id32768", "id139999", "id140000"},
                               kOtherSource) == "2 booked, 4 duplicate");
    CHECK(ledger.ask("SELECT serial FROM invoices WHERE id = 'id10'") == "140000");
}

TEST_CASE("a ledger of version 7 whose old rows are pruned gets filters only of slices that have rows",
          "[ledger_version_8]") {
    const SlicedLedger ledger;
    fill_version_7(ledger, 1'000'000'000, 10, 40'000, "true");
    SqliteLedger open(ledger.file());
    CHECK(ledger.filters() == "30517 30518 30520 30521 30522 30523 30524 30526 30527");
    CHECK(SlicedLedger::commit(open, {"id1000000000", "id1000200000", "id1000360000", "new"}, kOtherSource) ==
          "1 booked, 3 duplicate");
}
