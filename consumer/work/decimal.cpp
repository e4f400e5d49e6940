// SPDX-License-Identifier: Apache-2.0
#include "consumer/work/decimal.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace pipeline {
namespace {

__extension__ using Units = __int128;

constexpr int kMaxScale = 38;  // 10^38 is the greatest power of ten that fits in Units
constexpr Units kMaxUnits = ((static_cast<Units>(1) << 126) - 1) * 2 + 1;

constexpr auto kPowers = [] {
    std::array<Units, kMaxScale + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

constexpr Units power(int exponent) noexcept {
    return kPowers[static_cast<std::size_t>(exponent)];
}

// Sets `product`, or returns false if the product does not fit. Avoids __builtin_mul_overflow: for 128 bits,
// clang implements it by a call of a function that libgcc lacks.
constexpr bool multiply(Units a, Units b, Units& product) noexcept {
    const Units a_size = a < 0 ? -a : a;
    const Units b_size = b < 0 ? -b : b;
    if (a_size != 0 && b_size > kMaxUnits / a_size) return false;
    product = a * b;
    return true;
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

}  // namespace

// Returns the number `units` / 10^scale; not a number if the scale is too great, or if `units` is the lowest
// value of Units, which cannot be negated.
Decimal Decimal::exact(Units units, int scale) noexcept {
    if (scale > kMaxScale || units < -kMaxUnits) return not_a_number();
    Decimal result;
    result.units_ = units;
    result.scale_ = static_cast<std::uint8_t>(scale);
    return result;
}

// Sets `a_units` and `b_units` to the units of both numbers at the greater of their scales. Returns false if
// one of them does not fit, or is not a number.
bool Decimal::align(const Decimal& a, const Decimal& b, Units& a_units, Units& b_units) noexcept {
    if (!a.is_number() || !b.is_number()) return false;
    a_units = a.units_;
    b_units = b.units_;
    if (a.scale_ == b.scale_) return true;
    return a.scale_ < b.scale_ ? multiply(a_units, power(b.scale_ - a.scale_), a_units)
                               : multiply(b_units, power(a.scale_ - b.scale_), b_units);
}

Decimal::ParseOutcome Decimal::parse(std::string_view text, Decimal& value) noexcept {
    value = not_a_number();
    const char* p = text.data();
    const char* end = p + text.size();
    while (p != end && is_blank(*p)) ++p;
    while (p != end && is_blank(end[-1])) --end;
    const bool negative = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;

    const char* const integer = p;
    while (p != end && is_digit(*p)) ++p;
    const char* const integer_end = p;
    const char* const fraction = p != end && *p == '.' ? ++p : p;
    while (p != end && is_digit(*p)) ++p;
    const auto digits = (integer_end - integer) + (p - fraction);
    if (p != end || digits == 0) return ParseOutcome::NotDecimal;

    const char* first = std::find_if(integer, integer_end, [](char c) { return c != '0'; });
    const char* last = p;
    while (last != fraction && last[-1] == '0') --last;
    if ((integer_end - first) + (last - fraction) > kMaxDigits) return ParseOutcome::TooLong;
    Units units = 0;
    for (; first != integer_end; ++first) units = units * 10 + (*first - '0');
    for (const char* digit = fraction; digit != last; ++digit) units = units * 10 + (*digit - '0');
    value = exact(negative ? -units : units, static_cast<int>(last - fraction));
    return ParseOutcome::Parsed;
}

Decimal Decimal::operator+(const Decimal& other) const noexcept {
    Units units = 0;
    Units other_units = 0;
    Units sum = 0;
    if (!align(*this, other, units, other_units) || __builtin_add_overflow(units, other_units, &sum)) {
        return not_a_number();
    }
    return exact(sum, std::max(scale_, other.scale_));
}

Decimal Decimal::operator-(const Decimal& other) const noexcept {
    Decimal negated = other;
    negated.units_ = -other.units_;
    return *this + negated;
}

Decimal Decimal::abs() const noexcept {
    Decimal result = *this;
    if (units_ < 0) result.units_ = -units_;
    return result;
}

Decimal Decimal::percentage(const Decimal& percent) const noexcept {
    Units product = 0;
    if (!is_number() || !percent.is_number() || !multiply(units_, percent.units_, product)) {
        return not_a_number();
    }
    return exact(product, scale_ + percent.scale_ + 2);
}

Decimal Decimal::round(int places) const noexcept {
    if (!is_number() || scale_ <= places) return *this;
    const Units divisor = power(scale_ - places);
    Units quotient = units_ / divisor;
    Units remainder = units_ % divisor;
    if (remainder < 0) {  // the division rounded towards zero: round down instead
        --quotient;
        remainder += divisor;
    }
    if (remainder >= divisor / 2) ++quotient;
    return exact(quotient, places);
}

bool Decimal::operator==(const Decimal& other) const noexcept {
    Units units = 0;
    Units other_units = 0;
    // If align() overflows, the two values differ: one of them is too large for the scale of the other.
    return align(*this, other, units, other_units) && units == other_units;
}

bool Decimal::operator<(const Decimal& other) const noexcept {
    const Decimal difference = *this - other;
    return difference.is_number() && difference.units_ < 0;
}

std::optional<std::int64_t> Decimal::count_of(int places) const noexcept {
    const Decimal rounded = round(places);
    Units units = 0;
    if (rounded != *this || !multiply(rounded.units_, power(places - rounded.scale_), units) ||
        units > std::numeric_limits<std::int64_t>::max() ||
        units < std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(units);
}

std::string Decimal::text() const {
    if (!is_number()) return "NaN";
    constexpr int kLeastDecimals = 2;
    std::string digits;
    const bool negative = units_ < 0;
    for (Units units = negative ? -units_ : units_; units != 0; units /= 10)
        digits += static_cast<char>('0' + static_cast<int>(units % 10));
    int decimals = scale_;
    if (digits.size() <= static_cast<std::size_t>(decimals))
        digits.append(static_cast<std::size_t>(decimals) + 1 - digits.size(), '0');
    std::reverse(digits.begin(), digits.end());
    while (decimals > kLeastDecimals && digits.back() == '0') {
        digits.pop_back();
        --decimals;
    }
    for (; decimals < kLeastDecimals; ++decimals) digits += '0';
    digits.insert(digits.size() - kLeastDecimals - static_cast<std::size_t>(decimals - kLeastDecimals), 1,
                  '.');
    return negative ? '-' + digits : digits;
}

}  // namespace pipeline
