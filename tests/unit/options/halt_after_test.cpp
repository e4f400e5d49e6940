// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/halt_after.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("a run halts after a number of failed invoices, or after a share of its results", "[options]") {
    // booked, rejected, failed, duplicates
    const auto reached = [](const char* text, const Totals& run) {
        return parse_halt_after(text).is_reached(run);
    };
    CHECK_FALSE(reached("3", {100, 100, 2, 100}));
    CHECK(reached("3", {0, 0, 3, 0}));
    CHECK(reached("3", {100, 0, 5, 0}));
    CHECK_FALSE(reached("1", {5, 5, 0, 5}));

    CHECK_FALSE(reached("10%", {0, 0, 19, 0}));  // too few results to tell
    CHECK(reached("10%", {0, 0, 20, 0}));
    CHECK(reached("10%", {18, 0, 2, 0}));
    CHECK(reached("10%", {9, 9, 2, 0}));
    CHECK_FALSE(reached("10%", {9, 0, 2, 9}));  // a duplicate is no result
    CHECK_FALSE(reached("10%", {19, 0, 2, 0}));
    CHECK(reached("100%", {0, 0, 20, 0}));
    CHECK_FALSE(reached("100%", {1, 0, 99, 0}));
}

TEST_CASE("the value of --halt-after is a number or a percentage", "[options]") {
    CHECK(parse_halt_after("5") == HaltAfter{5, 0});
    CHECK(parse_halt_after("100%") == HaltAfter{0, 100});
    for (const auto* text : {"5", "1099511627776", "1%", "100%"})
        CHECK(parse_halt_after(text).text() == text);
    for (const auto* text :
         {"", "0", "-1", "%", "0%", "101%", "5 %", "1.5%", "%5", "many", "1099511627777"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_halt_after(text), std::invalid_argument);
    }
}
