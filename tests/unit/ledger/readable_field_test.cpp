// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/readable_field.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using namespace pipeline;

namespace {

std::string readable_of(std::size_t column, std::int64_t number) {
    LedgerRow row{};
    row[column] = {true, number, {}};
    return readable(row, column);
}

}  // namespace

TEST_CASE("times are shown in UTC, also those that no clock gives", "[readable_field]") {
    CHECK(utc_text(0) == "1970-01-01 00:00:00");
    CHECK(utc_text(1'795'809'600'250'999, true) == "2026-11-27 20:00:00.250");
    CHECK(utc_text(-1) == "1969-12-31 23:59:59");
    CHECK(utc_text(INT64_MAX).ends_with("04:00:54"));
    CHECK(utc_text(INT64_MIN, true).ends_with("19:59:05.224"));
}

TEST_CASE("values are readable by what they mean", "[readable_field]") {
    CHECK(readable_of(ledger_column("net"), -5) == "-0.05");
    CHECK(readable_of(ledger_column("gross"), 123'456) == "1234.56");
    CHECK(readable_of(ledger_column("due"), std::numeric_limits<std::int64_t>::min()) ==
          "-92233720368547758.08");
    CHECK(readable_of(ledger_column("position"), -1) == "18446744073709551615");
    CHECK(readable_of(ledger_column("generation"), 255) == "00000000000000ff");
    CHECK(readable_of(ledger_column("stored_at"), 1'000) == "1970-01-01 00:00:00.001 UTC");
    CHECK(readable_of(ledger_column("worked_us"), 1'500'000) == "1.500000 s");
    CHECK(readable_of(ledger_column("attempts"), 3) == "3");
    LedgerRow row{};
    CHECK(readable(row, ledger_column("reason")).empty());
    row[ledger_column("reason")] = {true, 0, "a\x1b[2Jb"};
    CHECK(readable(row, ledger_column("reason")) == "a\\x1b[2Jb");
    row[ledger_column("net")] = {true, 1500, {}};
    row[ledger_column("currency")] = {true, 0, "JPY"};
    CHECK(readable(row, ledger_column("net")) == "1500");
    row[ledger_column("currency")] = {true, 0, "KWD"};
    CHECK(readable(row, ledger_column("net")) == "1.500");
}
