// SPDX-License-Identifier: Apache-2.0
#include "supervisor/children/futile_deaths.hpp"

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("deaths count in a row, until something gets further", "[futile_deaths]") {
    FutileDeaths deaths;
    for (int i = 1; i <= 9; ++i) {
        deaths.died(7);
        CHECK(deaths.count() == i);
    }
    deaths.died(8);
    CHECK(deaths.count() == 1);
    for (int i = 0; i < 9; ++i) deaths.died(8);
    CHECK(deaths.count() == FutileDeaths::kMost);
    deaths.forget();
    deaths.died(8);
    CHECK(deaths.count() == 1);
}
