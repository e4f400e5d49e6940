// SPDX-License-Identifier: Apache-2.0
#include "common/spec/values.hpp"

#include <climits>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using namespace std::chrono_literals;
using pipeline::parse_count;
using pipeline::parse_duration;
using pipeline::parse_name;
using pipeline::parse_path;
using pipeline::parse_rate;
using pipeline::rate_text;
using pipeline::to_text;
using pipeline::test::here;
using pipeline::test::refusal_of_value;

TEST_CASE("a path is absolute and normal, and no longer than the system takes", "[specs]") {
    CHECK(parse_path("/").native() == "/");
    CHECK(parse_path("/a/b/").native() == "/a/b");
    CHECK(parse_path("/a//b/.").native() == "/a/b");
    CHECK(parse_path("/..").native() == "/");
    CHECK(parse_path("x").native() == here("x"));
    const std::string longest = "/" + std::string(PATH_MAX - 2, 'x');
    CHECK(parse_path(longest).native() == longest);
    CHECK(refusal_of_value([&] { return parse_path(longest + "x"); }) ==
          "a path of 1 to 4095 bytes without NUL or newline is accepted");
    CHECK(refusal_of_value([] { return parse_path(""); }) != "accepted");
}

TEST_CASE("a duration is exact in every unit", "[specs]") {
    CHECK(parse_duration("0") == 0ns);
    CHECK(parse_duration("0s") == 0ns);
    CHECK(parse_duration("0.0h") == 0ns);
    CHECK(parse_duration("7ns") == 7ns);
    CHECK(parse_duration("50us") == 50us);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration("0.000000001s") == 1ns);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("2min") == 2min);
    CHECK(parse_duration("1h") == 1h);
    CHECK(parse_duration("0.1h") == 6min);
    CHECK(parse_duration("1.0ns") == 1ns);
    CHECK(parse_duration("87600h") == 87600h);
    CHECK(parse_duration("007s") == 7s);
}

TEST_CASE("what is no duration is refused with what is one", "[specs]") {
    const auto* text =
        GENERATE("", "1", "00", "s", ".5s", "5.s", "-1s", "+1s", " 1s", "1 s", "1s ", "1S", "1sec", "1m",
                 "1d", "1e3s", "1,5s", "0x1s", "1.5.5s", "0.5ns", "1.0000000001s", "87600.1h", "87601h",
                 "9223372036854775807ns", "9223372036854775808h", "99999999999999999999ns", "nan", "infs");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_duration(text); }) ==
          "a number and a unit (ns, us, ms, s, min or h) is accepted, such as 250ms, at most 10 years");
}

TEST_CASE("a duration outside its limits is refused with them", "[specs]") {
    CHECK(parse_duration("1ms", 1ms, 1h) == 1ms);
    CHECK(parse_duration("1h", 1ms, 1h) == 1h);
    CHECK(parse_duration("0", 1ms, 1h, true) == 0ns);
    for (const auto* text : {"", "0", "999us", "1.1h", "1"}) {
        CAPTURE(text);
        CHECK(refusal_of_value([&] { return parse_duration(text, 1ms, 1h); }) ==
              "a duration from 1ms to 1h is accepted, with a unit (ns, us, ms, s, min or h)");
    }
    CHECK(refusal_of_value([] { return parse_duration("2h", 1ms, 1h, true); }) ==
          "0 or a duration from 1ms to 1h is accepted, with a unit (ns, us, ms, s, min or h)");
}

TEST_CASE("a duration is shown in the largest unit that fits and parses back", "[specs]") {
    CHECK(to_text(0ns) == "0");
    CHECK(to_text(1ns) == "1ns");
    CHECK(to_text(1500us) == "1500us");
    CHECK(to_text(100ms) == "100ms");
    CHECK(pipeline::to_readable_text(100ms) == "100 ms");
    CHECK(pipeline::to_readable_text(30s) == "30 s");
    CHECK(pipeline::to_readable_text(0s) == "0");
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(60s) == "1min");
    CHECK(to_text(24h) == "24h");
    for (const auto duration : {std::chrono::nanoseconds(1), std::chrono::nanoseconds(123'456'789'012'345),
                                std::chrono::nanoseconds(87600h), std::chrono::nanoseconds(61s)}) {
        CHECK(parse_duration(to_text(duration)) == duration);
    }
}

TEST_CASE("a rate is a number of items a second", "[specs]") {
    CHECK(parse_rate("4000/s") == 4000.0);
    CHECK(parse_rate("0.5/s") == 0.5);
    CHECK(parse_rate("0.000001/s") == 1e-6);
    CHECK(parse_rate("1000000000/s") == 1e9);
    const auto* text = GENERATE("", "4000", "/s", "0/s", "-1/s", "+1/s", "1e3/s", ".5/s", "5./s", "1/min",
                                "1/S", "1 /s", "1/s ", "nan/s", "inf/s", "0.0000009/s", "1000000001/s");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_rate(text); }) ==
          "a number from 0.000001 to 1000000000 followed by /s is accepted, such as 4000/s");
}

TEST_CASE("a rate is shown so that it parses back exactly", "[specs]") {
    CHECK(rate_text(4000) == "4000/s");
    CHECK(rate_text(0.5) == "0.5/s");
    CHECK(rate_text(1e-6) == "0.000001/s");
    for (const double rate : {1e-6, 1.0 / 3, 0.1, 12345.678, 1e9, 999999999.9999999}) {
        CHECK(parse_rate(rate_text(rate)) == rate);
    }
}

TEST_CASE("a count is a whole decimal number within its limits", "[specs]") {
    CHECK(parse_count("2", 2, 9) == 2);
    CHECK(parse_count("9", 2, 9) == 9);
    CHECK(parse_count("007", 2, 9) == 7);
    CHECK(parse_count("18446744073709551615", 0, std::numeric_limits<std::uint64_t>::max()) ==
          std::numeric_limits<std::uint64_t>::max());
    const auto* text =
        GENERATE("", "1", "10", "-3", "+3", " 3", "3 ", "3.0", "3x", "0x3", "three", "18446744073709551619");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_count(text, 2, 9); }) ==
          "a whole number from 2 to 9 is accepted");
}

TEST_CASE("a name is one that a segment can have", "[specs]") {
    for (const auto& text : {std::string("a"), std::string("invoice-pipeline"), std::string("A.b_c-9"),
                             std::string("_"), std::string("9"), std::string(100, 'n')}) {
        CHECK(parse_name(text) == text);
    }
    for (const auto& text :
         {std::string(), std::string("-a"), std::string(".a"), std::string("a/b"), std::string("a b"),
          std::string("a\n"), std::string("\xc3\xa4"), std::string(101, 'n')}) {
        CAPTURE(text);
        CHECK(refusal_of_value([&] { return parse_name(text); }) ==
              "1 to 100 letters, digits, '.', '_' or '-', the first not '.' or '-', are accepted");
    }
}
