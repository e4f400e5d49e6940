// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/readable.hpp"

#include <limits>

#include "tests/support/catch.hpp"

using namespace pipeline;

TEST_CASE("counts have their thousands apart", "[readable]") {
    CHECK(readable_count(0) == "0");
    CHECK(readable_count(999) == "999");
    CHECK(readable_count(1000) == "1,000");
    CHECK(readable_count(1234567) == "1,234,567");
    CHECK(readable_count(std::numeric_limits<std::uint64_t>::max()) == "18,446,744,073,709,551,615");
}

TEST_CASE("rates have three digits at least", "[readable]") {
    CHECK(readable_rate(0) == "0");
    CHECK(readable_rate(-1) == "0");
    CHECK(readable_rate(std::numeric_limits<double>::quiet_NaN()) == "0");
    CHECK(readable_rate(0.421) == "0.42");
    CHECK(readable_rate(12.34) == "12.3");
    CHECK(readable_rate(99.97) == "100");
    CHECK(readable_rate(12345.6) == "12,346");
    CHECK(readable_rate(1.8e19) == "1.8e+19");
}

TEST_CASE("durations have a unit that fits", "[readable]") {
    CHECK(readable_seconds(0) == "0 s");
    CHECK(readable_seconds(850e-9) == "850 ns");
    CHECK(readable_seconds(12.5e-6) == "12.5 us");
    CHECK(readable_seconds(1.25e-3) == "1.25 ms");
    CHECK(readable_seconds(0.9996) == "1.00 s");
    CHECK(readable_seconds(42.1) == "42.1 s");
    CHECK(readable_seconds(121) == "0:02:01");
    CHECK(readable_seconds(3 * 3600 + 7 * 60 + 5) == "3:07:05");
    CHECK(readable_seconds(2 * 86400 + 3600) == "2 d 1:00:00");
    CHECK(readable_seconds(1e300) == "for ever");
}

TEST_CASE("bytes have a binary unit", "[readable]") {
    CHECK(readable_bytes(0) == "0");
    CHECK(readable_bytes(812 * 1024) == "812 KiB");
    CHECK(readable_bytes(22'439'526) == "21.4 MiB");
    CHECK(readable_bytes(std::numeric_limits<std::uint64_t>::max()).find("TiB") != std::string::npos);
}

TEST_CASE("times of other days have their date", "[readable]") {
    constexpr std::int64_t kNoon = 1'700'049'600'000'000;  // some day's noon, UTC
    constexpr std::int64_t kDay = 86'400'000'000;
    CHECK(readable_time(kNoon, kNoon).size() == 8);
    CHECK(readable_time(kNoon - 2 * kDay, kNoon).size() == 19);
}
