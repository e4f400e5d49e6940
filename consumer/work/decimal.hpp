// SPDX-License-Identifier: Apache-2.0
// Exact decimal numbers for amounts and percentages: a 128-bit integer and the power of ten it is divided
// by. Nothing is ever rounded but where `round` says so.
//
// Its one idea: what cannot be computed exactly (a text that is no number, a result beyond about 38
// digits) is *not a number*, which stays that way through every operation and is neither equal to nor less
// than anything. A rule that compares such a value therefore does not hold, without further ado.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pipeline {

class Decimal {
  public:
    // What parse() takes: any more digits, leading and trailing zeros not counted, are TooLong.
    static constexpr int kMaxIntegerDigits = 16;
    static constexpr int kMaxFractionDigits = 20;

    constexpr Decimal() noexcept = default;  // zero
    // The number `units` / 10^scale; scale 0..kMaxFractionDigits.
    constexpr Decimal(std::int64_t units, std::uint8_t scale) noexcept : units_(units), scale_(scale) {}
    [[nodiscard]] static constexpr Decimal not_a_number() noexcept {
        Decimal none;
        none.scale_ = kNotANumber;
        return none;
    }

    enum class ParseOutcome : std::uint8_t { Parsed, NotDecimal, TooLong };
    // Reads an xs:decimal (XML Schema Part 2, 3.2.3: sign, digits, at most one point, no exponent), with
    // XML blanks around it ignored. `value` is not a number unless Parsed.
    [[nodiscard]] static ParseOutcome parse(std::string_view text, Decimal& value) noexcept;

    [[nodiscard]] constexpr bool is_number() const noexcept { return scale_ != kNotANumber; }
    [[nodiscard]] Decimal operator+(const Decimal& other) const noexcept;
    [[nodiscard]] Decimal operator-(const Decimal& other) const noexcept;
    [[nodiscard]] Decimal abs() const noexcept;
    // This times `percent` / 100.
    [[nodiscard]] Decimal percentage(const Decimal& percent) const noexcept;
    // To `places` >= 0 decimals, the half towards plus infinity: XPath's round(x * 10^places) div 10^places.
    [[nodiscard]] Decimal round(int places) const noexcept;

    // By value: 1.5 equals 1.50. False if either is not a number; hence `!=` is then true.
    [[nodiscard]] bool operator==(const Decimal& other) const noexcept;
    [[nodiscard]] bool operator<(const Decimal& other) const noexcept;

    // round(2) in hundredths; none if it is not a number or does not fit.
    [[nodiscard]] std::optional<std::int64_t> hundredths() const noexcept;

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
