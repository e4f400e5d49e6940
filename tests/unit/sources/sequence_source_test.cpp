// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/sequence_source.hpp"

#include <limits>

#include "tests/support/catch.hpp"
#include "tests/support/source_fixture.hpp"

using namespace pipeline;
using namespace pipeline::test;
using namespace std::chrono_literals;

TEST_CASE("a sequence gives each number once, as its own id and position", "[sequence_source]") {
    const auto batch = static_cast<std::size_t>(GENERATE(1, 3, 10, 64, 256));
    SequenceSource source(0, 12'345);
    CHECK(source.expected() == 12'345U);
    std::uint64_t number = 0;
    for (const Taken& item : take_all(source, batch)) {
        ++number;
        REQUIRE(item.id == std::to_string(number));
        REQUIRE(item.position == number);
        REQUIRE(item.extent == 1);
        REQUIRE_FALSE(item.unusable);
    }
    CHECK(number == 12'345);
    CHECK(source.exhausted());
}

TEST_CASE("a sequence goes on where it was, at every digit's carry", "[sequence_source]") {
    const auto next =
        GENERATE(as<std::uint64_t>{}, 1, 9, 10, 99, 100, 109, 999'999'998, 9'999'999'999'999'999'995U);
    SequenceSource source(next, std::nullopt);
    const auto taken = take(source, 25);
    REQUIRE(taken.size() == 25);
    for (std::size_t i = 0; i < taken.size(); ++i) {
        CHECK(taken[i].id == std::to_string(next + i));
        CHECK(taken[i].position == next + i);
    }
    CHECK_FALSE(source.exhausted());
    CHECK_FALSE(source.expected());
}

TEST_CASE("a sequence whose numbers have all been given gives nothing", "[sequence_source]") {
    SequenceSource done(501, 500);
    CHECK(take_all(done).empty());
    CHECK(done.exhausted());
    SequenceSource empty(0, 0);
    CHECK(take_all(empty).empty());
    CHECK(empty.exhausted());
    SequenceSource last(std::numeric_limits<std::uint64_t>::max() - 2, std::nullopt);
    CHECK(take_all(last).size() == 2);
}

TEST_CASE("a stopped sequence gives nothing more", "[sequence_source]") {
    SequenceSource source(0, std::nullopt);
    CHECK(take(source, 5).size() == 5);
    source.wait(-1, 1h);  // does not wait: there is more
    source.stop();
    CHECK(take(source, 5).empty());
    CHECK(source.exhausted());
    source.wait(-1, 0ms);
}
