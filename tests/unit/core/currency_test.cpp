// SPDX-License-Identifier: Apache-2.0
// Amounts in minor units of their currency.
#include "common/core/terms/currency.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("a currency has its decimals", "[currency]") {
    CHECK(minor_digits("EUR") == 2);
    CHECK(minor_digits("") == 2);
    CHECK(minor_digits("XXX") == 2);
    for (const char* none : {"JPY", "BIF", "XPF", "KRW"}) CHECK(minor_digits(none) == 0);
    for (const char* three : {"KWD", "BHD", "TND"}) CHECK(minor_digits(three) == 3);
    CHECK(minor_digits("CLF") == 4);
    CHECK(minor_digits("IF ") == 2);
}

TEST_CASE("minor units are shown with their decimals", "[currency]") {
    CHECK(amount_text(0, 2) == "0.00");
    CHECK(amount_text(-5, 2) == "-0.05");
    CHECK(amount_text(-5, 0) == "-5");
    CHECK(amount_text(1234, 3) == "1.234");
    CHECK(amount_text(std::numeric_limits<std::int64_t>::min(), 2) == "-92233720368547758.08");
}

TEST_CASE("hundredths become minor units, or nothing", "[currency]") {
    CHECK(from_hundredths(15'000, 2) == 15'000);
    CHECK(from_hundredths(15'000, 0) == 150);
    CHECK(from_hundredths(-15'000, 0) == -150);
    CHECK_FALSE(from_hundredths(15'050, 0).has_value());
    CHECK(from_hundredths(15'050, 3) == 150'500);
    CHECK(from_hundredths(-5, 4) == -500);
    CHECK_FALSE(from_hundredths(std::numeric_limits<std::int64_t>::max(), 3).has_value());
    CHECK_FALSE(from_hundredths(std::numeric_limits<std::int64_t>::min(), 4).has_value());
}
