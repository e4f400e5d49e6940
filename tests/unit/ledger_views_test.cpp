// SPDX-License-Identifier: Apache-2.0
// The ledger as people read it.
#include <limits>
#include <string>

#include "common/sqlite_ledger.hpp"
#include "tests/catch.hpp"
#include "tests/unit/ledger_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

std::string readable_amount(const TemporaryFolder& folder, std::int64_t hundredths) {
    change(folder.ledger(), "UPDATE invoices SET gross = " + std::to_string(hundredths) + " WHERE id = 'a'");
    return ask(folder.ledger(), "SELECT gross FROM readable_invoices WHERE id = 'a'");
}

}  // namespace

TEST_CASE("readable amounts have two decimals and their sign, however large", "[ledger_views]") {
    const TemporaryFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    batch.details().set_amount(Details::Net, 1);
    batch.details().set_amount(Details::Tax, -1);
    batch.details().set_amount(Details::Due, 0);
    ledger.commit(batch.range(), context("spool:/in"));
    CHECK(ask(folder.ledger(),
              "SELECT net || ' ' || tax || ' ' || due || ' ' || coalesce(gross, 'none')"
              " FROM readable_invoices") == "0.01 -0.01 0.00 none");
    CHECK(readable_amount(folder, 123456789) == "1234567.89");
    CHECK(readable_amount(folder, -10005) == "-100.05");
    CHECK(readable_amount(folder, 1'000'000'000'000'000'01) == "1000000000000000.01");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::max()) == "92233720368547758.07");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::min() + 1) == "-92233720368547758.07");
    CHECK(readable_amount(folder, std::numeric_limits<std::int64_t>::min()) == "-92233720368547758.08");
}

TEST_CASE("readable times are UTC to the millisecond, and a clock that was set back only looks odd",
          "[ledger_views]") {
    const TemporaryFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    batch.add("a", 1);
    batch.add("a", 2);
    ledger.commit(batch.range(), context("lines:/f", 3));
    change(folder.ledger(),
           "UPDATE invoices SET acquired_at = 1700000000123456, stored_at = 1700000000654456");
    change(folder.ledger(), "UPDATE duplicates SET seen_at = 1700000001000999");
    CHECK(ask(folder.ledger(),
              "SELECT acquired_at || ' ' || stored_at || ' ' || seconds FROM readable_invoices") ==
          "2023-11-14 22:13:20.123 2023-11-14 22:13:20.654 0.531000");
    CHECK(ask(folder.ledger(),
              "SELECT id || ' ' || position || ' ' || seen_at || ' ' || first_status || ' ' || "
              "first_position || ' ' ||"
              " first_stored_at FROM readable_duplicates") ==
          "a 2 2023-11-14 22:13:21.001 booked 1 2023-11-14 22:13:20.654");
    change(folder.ledger(), "UPDATE invoices SET stored_at = acquired_at - 5000000");
    CHECK(ask(folder.ledger(), "SELECT seconds FROM readable_invoices") == "-5.000000");
}

TEST_CASE("a readable generation says what was given again", "[ledger_views]") {
    const TemporaryFolder folder;
    SqliteLedger ledger(folder.ledger());
    Batch batch;
    for (std::uint64_t i = 1; i <= 10; ++i) batch.add(std::to_string(i), i);
    auto when = context("sequence", 6);
    when.generation = 0xfedc'ba98'7654'3210U;
    ledger.commit(batch.range(), when);
    ledger.commit(batch.range(), when);  // a redo of the same generation
    CHECK(ledger.recorded(when.generation) == 10U);
    when.generation = 5;
    CHECK(ledger.recorded(5) == 0U);
    ledger.commit(batch.range(), when);  // the same invoices after a loss of the segments
    CHECK(ask(folder.ledger(),
              "SELECT group_concat(generation || ' ' || recorded || ' ' || added || ' ' || given_again)"
              " FROM (SELECT * FROM readable_generations ORDER BY began_at, generation DESC)") ==
          "fedcba9876543210 10 10 0,0000000000000005 10 0 10");
    CHECK(ask(folder.ledger(), "SELECT source || ' ' || cursor || ' ' || acquired FROM readable_sources") ==
          "sequence 6 10");
}
