// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/decimal.hpp"

#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using pipeline::Decimal;

namespace {

Decimal number(const std::string& text) {
    Decimal value;
    REQUIRE(Decimal::parse(text, value) == Decimal::ParseOutcome::Parsed);
    return value;
}

Decimal::ParseOutcome outcome_of(const std::string& text) {
    Decimal value;
    const auto outcome = Decimal::parse(text, value);
    CHECK(value.is_number() == (outcome == Decimal::ParseOutcome::Parsed));
    return outcome;
}

const std::string kLargest = std::string(16, '9') + '.' + std::string(20, '9');

}  // namespace

TEST_CASE("every form of xs:decimal is read", "[decimal]") {
    struct Case {
        std::string text;
        Decimal value;
    };
    const auto c =
        GENERATE(Case{"0", {0, 0}}, Case{"-0", {0, 0}}, Case{"1", {1, 0}}, Case{"+1.5", {15, 1}},
                 Case{"-1.5", {-15, 1}}, Case{".5", {5, 1}}, Case{"1.", {1, 0}}, Case{"-.25", {-25, 2}},
                 Case{" \t\r\n12.34\n ", {1234, 2}}, Case{"0001.10", {11, 1}},
                 Case{std::string(100, '0') + "7." + std::string(100, '0'), {7, 0}},
                 Case{"9999999999999999", {9999999999999999, 0}});
    CAPTURE(c.text);
    CHECK(number(c.text) == c.value);
}

TEST_CASE("a text that is no xs:decimal is not a number", "[decimal]") {
    const std::string text = GENERATE("", " ", "+", "-", ".", "-.", "1,5", "1 000", "1e3", "1.2.3", "--1",
                                      "- 1", "NaN", "INF", "0x10", "1€", "\u00a01", "1-");
    CAPTURE(text);
    CHECK(outcome_of(text) == Decimal::ParseOutcome::NotDecimal);
}

TEST_CASE("a number of too many digits is told from a text that is none", "[decimal]") {
    CHECK(outcome_of(kLargest) == Decimal::ParseOutcome::Parsed);
    CHECK(outcome_of("-" + kLargest) == Decimal::ParseOutcome::Parsed);
    CHECK(outcome_of("1" + std::string(36, '0')) == Decimal::ParseOutcome::TooLong);
    CHECK(outcome_of("0." + std::string(36, '0') + "1") == Decimal::ParseOutcome::TooLong);
    CHECK(outcome_of("000" + std::string(36, '1') + ".000") == Decimal::ParseOutcome::Parsed);
    CHECK(outcome_of(std::string(10'000, '9')) == Decimal::ParseOutcome::TooLong);
}

TEST_CASE("sums and differences are exact whatever the decimals", "[decimal]") {
    CHECK(number("0.1") + number("0.2") == number("0.3"));
    CHECK(number("1") - number("0.99999999999999999999") == number("0.00000000000000000001"));
    CHECK(number("9999999999999999.99") + number("0.01") == Decimal(10'000'000'000'000'000, 0));
    CHECK(number("-1.5").abs() == number("1.50"));
    CHECK(number("1.5").abs() == number("1.50"));
}

TEST_CASE("a percentage is exact", "[decimal]") {
    CHECK(number("123.45").percentage(number("19")) == number("23.4555"));
    CHECK(number("-200").percentage(number("5.5")) == number("-11"));
    CHECK(number("0").percentage(number("19")) == number("0"));
}

TEST_CASE("halves are rounded towards plus infinity, as XPath rounds", "[decimal]") {
    struct Case {
        const char* exact;
        const char* rounded;
    };
    const auto c = GENERATE(Case{"1.005", "1.01"}, Case{"1.0049999999", "1.00"}, Case{"1.015", "1.02"},
                            Case{"-1.005", "-1.00"}, Case{"-1.0050000001", "-1.01"}, Case{"-1.015", "-1.01"},
                            Case{"-0.005", "0"}, Case{"0.005", "0.01"}, Case{"2.5", "2.5"},
                            Case{"-0.001", "0"}, Case{"99.995", "100"}, Case{"-0.006", "-0.01"});
    CAPTURE(c.exact);
    CHECK(round2(number(c.exact)) == number(c.rounded));
}

TEST_CASE("rounding to a whole number follows the same rule", "[decimal]") {
    CHECK(number("0.5").round(0) == number("1"));
    CHECK(number("0.49").round(0) == number("0"));
    CHECK(number("-0.5").round(0) == number("0"));
    CHECK(number("-0.51").round(0) == number("-1"));
}

TEST_CASE("what is not a number stays so and compares with nothing", "[decimal]") {
    const Decimal none = Decimal::not_a_number();
    const Decimal one(1, 0);
    CHECK_FALSE((none + one).is_number());
    CHECK_FALSE((one - none).is_number());
    CHECK_FALSE(none.percentage(one).is_number());
    CHECK_FALSE(one.percentage(none).is_number());
    CHECK_FALSE(none.abs().is_number());
    CHECK_FALSE(round2(none).is_number());
    CHECK_FALSE(none == none);
    CHECK_FALSE(none == Decimal());
    CHECK_FALSE(none < one);
    CHECK_FALSE(one < none);
    CHECK_FALSE(none.count_of(2).has_value());
}

TEST_CASE("a result beyond 128 bits is not a number instead of a wrong one", "[decimal]") {
    const Decimal largest = number(kLargest);
    Decimal sum = largest;
    for (int i = 0; i < 200 && sum.is_number(); ++i) sum = sum + largest;
    CHECK_FALSE(sum.is_number());
    CHECK_FALSE(largest.percentage(largest).is_number());
    Decimal difference;
    for (int i = 0; i < 200 && difference.is_number(); ++i) difference = difference - largest;
    CHECK_FALSE(difference.is_number());
}

TEST_CASE("numbers of different scales compare by value", "[decimal]") {
    CHECK(number("1.50") == number("1.5"));
    CHECK(number("1.5") != number("1.51"));
    CHECK(number("-2") < number("-1.99"));
    CHECK_FALSE(number("1") < number("1.00"));
    CHECK_FALSE(number("9999999999999999") == number("0.00000000000000000001"));
}

TEST_CASE("a number is told in digits, with two decimals at least", "[decimal]") {
    CHECK(number("0").text() == "0.00");
    CHECK(number("-0").text() == "0.00");
    CHECK(number("7").text() == "7.00");
    CHECK(number("-1.5").text() == "-1.50");
    CHECK(number("0.05").text() == "0.05");
    CHECK(number("-0.005").text() == "-0.005");
    CHECK(number("12.3450").text() == "12.345");
    CHECK((number("1.25") + number("0.75")).text() == "2.00");
    CHECK(number(kLargest).text() == kLargest);
    CHECK(Decimal::not_a_number().text() == "NaN");
}

TEST_CASE("a count of units is told only if it is whole and fits", "[decimal]") {
    CHECK(number("150").count_of(0) == 150);
    CHECK(number("150.00").count_of(0) == 150);
    CHECK_FALSE(number("150.5").count_of(0).has_value());
    CHECK(number("-1.5").count_of(3) == -1500);
    CHECK(number("1.2345").count_of(4) == 12345);
    CHECK_FALSE(number("1.2345").count_of(3).has_value());
    CHECK(number("12.3").count_of(2) == 1230);
    CHECK(number("-12.340").count_of(2) == -1234);
    CHECK_FALSE(number("-12.345").count_of(2).has_value());
    CHECK(number("7").count_of(2) == 700);
    CHECK(number("9999999999999999.99").count_of(2) == 999'999'999'999'999'999);
    CHECK_FALSE(Decimal(std::numeric_limits<std::int64_t>::max(), 0).count_of(2).has_value());
}
