// SPDX-License-Identifier: Apache-2.0
#include "common/spec/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <stdexcept>
#include <system_error>

namespace pipeline {
namespace {

constexpr std::chrono::nanoseconds kMaxDuration = std::chrono::hours(24 * 365 * 10);
constexpr double kMinRate = 1e-6;
constexpr double kMaxRate = 1e9;

[[noreturn]] void refuse(std::string_view accepted) {
    throw std::invalid_argument(std::string(accepted));
}

std::string_view take_digits(std::string_view& text) noexcept {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

// A number and its unit, like "12UNIT" or "12.5UNIT". No sign, no exponent. A point needs digits on both
// sides.
struct Quantity {
    std::string_view number;
    std::string_view whole;
    std::string_view fraction;
    std::string_view unit;
};

std::optional<Quantity> split_quantity(std::string_view text) noexcept {
    Quantity quantity;
    std::string_view rest = text;
    quantity.whole = take_digits(rest);
    if (quantity.whole.empty()) return std::nullopt;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        quantity.fraction = take_digits(rest);
        if (quantity.fraction.empty()) return std::nullopt;
    }
    quantity.number = text.substr(0, text.size() - rest.size());
    quantity.unit = rest;
    return quantity;
}

}  // namespace

// Converts exactly: refuses a duration that is too long, or that is not a whole number of nanoseconds.
std::optional<std::chrono::nanoseconds> read_duration(std::string_view text) noexcept {
    if (text == "0") return std::chrono::nanoseconds::zero();
    const auto quantity = split_quantity(text);
    if (!quantity) return std::nullopt;
    const auto unit =
        std::find_if(kDurationUnits.begin(), kDurationUnits.end(),
                     [&](const DurationUnit& candidate) { return candidate.name == quantity->unit; });
    if (unit == kDurationUnits.end()) return std::nullopt;

    std::int64_t whole = 0;
    const auto [end, error] =
        std::from_chars(quantity->whole.data(), quantity->whole.data() + quantity->whole.size(), whole);
    if (error != std::errc{} || whole > kMaxDuration.count() / unit->nanoseconds) return std::nullopt;

    std::int64_t total = whole * unit->nanoseconds;
    std::int64_t place = unit->nanoseconds;  // the nanoseconds of a 1 at this decimal place
    for (const char digit : quantity->fraction) {
        if (digit != '0' && place % 10 != 0) return std::nullopt;
        place /= 10;
        total += (digit - '0') * place;
    }
    if (total > kMaxDuration.count()) return std::nullopt;
    return std::chrono::nanoseconds(total);
}

std::chrono::nanoseconds parse_duration(std::string_view text) {
    const auto duration = read_duration(text);
    if (!duration) {
        refuse("a number and a unit (ns, us, ms, s, min or h) is accepted, such as 250ms, at most 10 years");
    }
    return *duration;
}

std::chrono::nanoseconds parse_duration(std::string_view text, std::chrono::nanoseconds least,
                                        std::chrono::nanoseconds most, bool zero_too) {
    const auto duration = read_duration(text);
    const bool is_none = zero_too && duration == std::chrono::nanoseconds::zero();
    if (!duration || (!is_none && (*duration < least || *duration > most))) {
        throw std::invalid_argument(
            fmt::format("{}a duration from {} to {} is accepted, with a unit (ns, us, ms, s, min or h)",
                        zero_too ? "0 or " : "", to_text(least), to_text(most)));
    }
    return *duration;
}

double parse_rate(std::string_view text) {
    constexpr std::string_view kAccepted =
        "a number from 0.000001 to 1000000000 followed by /s is accepted, such as 4000/s";
    const auto quantity = split_quantity(text);
    if (!quantity || quantity->unit != "/s") refuse(kAccepted);
    double rate = 0;
    const auto [end, error] =
        std::from_chars(quantity->number.data(), quantity->number.data() + quantity->number.size(), rate);
    if (error != std::errc{} || rate < kMinRate || rate > kMaxRate) refuse(kAccepted);
    return rate;
}

std::string rate_text(double per_second) {
    std::array<char, 64> digits{};  // the shortest form of any accepted rate fits
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), per_second, std::chars_format::fixed);
    return fmt::format("{}/s",
                       std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count < least || count > most) {
        throw std::invalid_argument(fmt::format("a whole number from {} to {} is accepted", least, most));
    }
    return count;
}

std::filesystem::path parse_path(std::string_view text) {
    constexpr std::string_view kForbidden("\0\n", 2);
    constexpr std::string_view kAccepted = "a path of 1 to 4095 bytes without NUL or newline is accepted";
    if (text.empty() || text.find_first_of(kForbidden) != std::string_view::npos) refuse(kAccepted);
    std::error_code error;
    auto path = std::filesystem::absolute(std::filesystem::path(text), error);
    if (error) {
        throw std::invalid_argument(fmt::format(
            "only an absolute path is accepted: the working directory cannot be told ({})", error.message()));
    }
    path = path.lexically_normal();
    if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
    if (path.native().size() >= PATH_MAX) refuse(kAccepted);
    return path;
}

std::string parse_name(std::string_view text) {
    constexpr std::size_t kMaxNameBytes = 100;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    };
    if (text.empty() || text.size() > kMaxNameBytes || text.front() == '.' || text.front() == '-' ||
        !std::all_of(text.begin(), text.end(), fits)) {
        refuse("1 to 100 letters, digits, '.', '_' or '-', the first not '.' or '-', are accepted");
    }
    return std::string(text);
}

}  // namespace pipeline
