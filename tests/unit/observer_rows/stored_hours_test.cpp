// SPDX-License-Identifier: Apache-2.0
#include "observer/rows/stored_hours.hpp"

#include "common/ledger/sqlite/people/sqlite_browser.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/people/rows_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kNow = 1'000'000 * kHourUs + 1'000'000;

StoredHours hours_of(const RowsFixture& ledger, std::chrono::seconds limit = 60s) {
    StoredHours found;
    browse_sqlite_ledger(ledger.folder.ledger(), [&](LedgerBrowser& browser) {
        found = read_stored_hours(browser, kNow, std::chrono::steady_clock::now() + limit);
    });
    return found;
}

}  // namespace

TEST_CASE("a day has its hours, and each row counts in the hour in which it was stored", "[stored_hours]") {
    const RowsFixture ledger;
    ledger.add("too old", "booked", kNow - 24 * kHourUs);
    ledger.add("first", "booked", kNow - 23 * kHourUs);
    ledger.add("w", "waiting", kNow - kHourUs);
    ledger.add("r", "rejected", kNow - kHourUs);
    ledger.add("a", "booked", kNow - 10);
    ledger.add("b", "booked", kNow - 9);
    ledger.add("f", "failed", kNow - 8);
    ledger.add("future", "booked", kNow + 5 * kHourUs);
    const StoredHours found = hours_of(ledger);
    REQUIRE(found.hours.size() == 24);
    CHECK(found.reached_us == INT64_MIN);
    CHECK(found.hours.front().begins_at_us == (1'000'000 - 23) * kHourUs);
    CHECK(found.hours.front().booked == 1);
    CHECK(found.hours[22].rejected == 1);
    CHECK(found.hours[22].booked == 0);
    CHECK(found.hours.back().booked == 3);
    CHECK(found.hours.back().failed == 1);
}

TEST_CASE("rows that a clock which was set back has put among older ones are counted", "[stored_hours]") {
    const RowsFixture ledger;
    ledger.add("a", "booked", kNow - 3);
    ledger.add("yesterday", "booked", kNow - 30 * kHourUs);
    ledger.add("b", "booked", kNow - 2);
    CHECK(hours_of(ledger).hours.back().booked == 2);
}

TEST_CASE("a day that takes too long to count says from when on it is counted", "[stored_hours]") {
    const RowsFixture ledger;
    ledger.add("a", "booked", kNow - 30);
    ledger.add("b", "booked", kNow - 20);
    const StoredHours found = hours_of(ledger, 0s);
    CHECK(found.reached_us == kNow - 20);
    CHECK(found.hours.back().booked == 1);
}
