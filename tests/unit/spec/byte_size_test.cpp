// SPDX-License-Identifier: Apache-2.0
#include "common/spec/byte_size.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"

using pipeline::byte_size_text;
using pipeline::parse_byte_size;

TEST_CASE("a size is a whole number and a unit, and comes back as it was", "[byte size]") {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 50U;
    CHECK(parse_byte_size("0", 1024, kMost) == 0);
    CHECK(parse_byte_size("1KiB", 1024, kMost) == 1024);
    CHECK(parse_byte_size("512MiB", 1024, kMost) == 536'870'912);
    CHECK(parse_byte_size("1048576GiB", 1024, kMost) == kMost);
    for (const auto* text : {"0", "1KiB", "1023KiB", "1MiB", "1536MiB", "3GiB"}) {
        CHECK(byte_size_text(parse_byte_size(text, 1024, kMost)) == text);
    }
    CHECK(byte_size_text(parse_byte_size("1024KiB", 1024, kMost)) == "1MiB");
    for (const auto* text : {"", "1", "1 MiB", "1MB", "1M", "-1MiB", "1.5GiB", "1048577GiB", "KiB", "1023B",
                             "18446744073709551615GiB", "99999999999999999999KiB"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_byte_size(text, 1024, kMost), std::invalid_argument);
    }
}
