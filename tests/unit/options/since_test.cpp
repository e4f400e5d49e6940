// SPDX-License-Identifier: Apache-2.0
#include "clerk/options/since.hpp"

#include <stdexcept>
#include <string>

#include "tests/support/catch.hpp"

using pipeline::parse_since;

namespace {

constexpr std::int64_t kNow = 1'800'000'000'000'000;

}  // namespace

TEST_CASE("a time is how long ago it was, or one of the calendar", "[since]") {
    CHECK(parse_since("1h", kNow) == kNow - 3'600'000'000);
    CHECK(parse_since("1.5s", kNow) == kNow - 1'500'000);
    CHECK(parse_since("0", kNow) == kNow);
    CHECK(parse_since("1970-01-01", kNow) == 0);
    CHECK(parse_since("2026-11-27 20:00", kNow) == 1'795'809'600'000'000);
    CHECK(parse_since("2026-11-27T20:00", kNow) == 1'795'809'600'000'000);
    CHECK(parse_since("2026-11-27 20:00:30Z", kNow) == 1'795'809'630'000'000);
    CHECK(parse_since("2024-02-29", kNow) == 1'709'164'800'000'000);
}

TEST_CASE("what is no time is refused, and it is said what is accepted", "[since]") {
    for (const auto* text : {"",
                             "1",
                             "h",
                             "-1h",
                             "yesterday",
                             "2026-11",
                             "2026-13-01",
                             "2026-02-29",
                             "2026-11-31",
                             "1969-12-31",
                             "2026-11-27 24:00",
                             "2026-11-27 20:60",
                             "2026-11-27 20:00:60",
                             "2026-11-27 20",
                             "2026-11-27 2:00",
                             "2026-11-27  20:00",
                             "2026-11-27 20:00 ",
                             "2026-11-27Z",
                             "+026-11-27",
                             "2026-11-27 20:00:00.5"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_since(text, kNow), std::invalid_argument);
    }
}
