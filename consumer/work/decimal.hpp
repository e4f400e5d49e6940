// SPDX-License-Identifier: Apache-2.0
// Exact decimal numbers for amounts and percentages: a 128-bit integer divided by a power of ten. Only
// round() rounds.
//
// Its one idea: a value that cannot be computed exactly (its text is no number, or it needs more than about
// 38 digits) is *not a number*. Every operation on it yields not a number, and it is neither equal to nor
// less than anything. A rule that compares such a value fails without a special case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pipeline {

class Decimal {
  public:
    // parse() returns TooLong for a number with more digits. Leading zeros before the point and trailing
    // zeros after it do not count.
    static constexpr int kMaxDigits = 36;

    constexpr Decimal() noexcept = default;  // zero
    // The number `units` / 10^scale; scale 0..kMaxDigits.
    constexpr Decimal(std::int64_t units, std::uint8_t scale) noexcept : units_(units), scale_(scale) {}
    [[nodiscard]] static constexpr Decimal not_a_number() noexcept {
        Decimal none;
        none.scale_ = kNotANumber;
        return none;
    }

    enum class ParseOutcome : std::uint8_t { Parsed, NotDecimal, TooLong };
    // Reads an xs:decimal (XML Schema Part 2, 3.2.3: sign, digits, at most one point, no exponent), and
    // ignores XML blanks around it. Sets `value` to not_a_number() unless it returns Parsed.
    [[nodiscard]] static ParseOutcome parse(std::string_view text, Decimal& value) noexcept;

    [[nodiscard]] constexpr bool is_number() const noexcept { return scale_ != kNotANumber; }
    [[nodiscard]] Decimal operator+(const Decimal& other) const noexcept;
    [[nodiscard]] Decimal operator-(const Decimal& other) const noexcept;
    [[nodiscard]] Decimal abs() const noexcept;
    // Returns this number times `percent` / 100.
    [[nodiscard]] Decimal percentage(const Decimal& percent) const noexcept;
    // Rounds to `places` >= 0 decimals. Rounds a half towards plus infinity, like XPath's
    // round(x * 10^places) div 10^places.
    [[nodiscard]] Decimal round(int places) const noexcept;

    // Compare by value: 1.5 equals 1.50. If either is not a number, == and < yield false, and != yields true.
    [[nodiscard]] bool operator==(const Decimal& other) const noexcept;
    [[nodiscard]] bool operator<(const Decimal& other) const noexcept;

    // Returns the number as a count of units of 10^-places, `places` 0..4 (1.5 with two places gives 150);
    // none if it is not a number, if it is no whole count, or if the count does not fit.
    [[nodiscard]] std::optional<std::int64_t> count_of(int places) const noexcept;
    // Returns the number in digits, with at least two decimals (1.5 gives 1.50). Not a number gives "NaN".
    [[nodiscard]] std::string text() const;

  private:
    __extension__ using Units = __int128;
    static constexpr std::uint8_t kNotANumber = 0xff;

    [[nodiscard]] static Decimal exact(Units units, int scale) noexcept;
    [[nodiscard]] static bool align(const Decimal& a, const Decimal& b, Units& a_units,
                                    Units& b_units) noexcept;

    Units units_ = 0;
    std::uint8_t scale_ = 0;  // 0..38
};

[[nodiscard]] inline Decimal round2(const Decimal& x) noexcept {
    return x.round(2);
}

}  // namespace pipeline
