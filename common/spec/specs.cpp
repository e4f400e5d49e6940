// SPDX-License-Identifier: Apache-2.0
#include "common/spec/specs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <stdexcept>
#include <system_error>

#include "common/spec/words.hpp"

namespace pipeline {
namespace {

constexpr std::string_view kSourceForms =
    "spool:DIR, lines:FILE, lines:- (standard input), sequence or sequence:COUNT is accepted";
constexpr std::string_view kProcessForms =
    "ubl, none, simulate:DURATION, simulate:cpu=DURATION (DURATION such as 50us), exec:COMMAND or "
    "each:COMMAND "
    "is accepted";
constexpr std::string_view kLedgerForms = "sqlite:FILE or none is accepted";
constexpr std::uint64_t kMaxSequence = 1ULL << 40U;
constexpr std::chrono::nanoseconds kMaxDuration = std::chrono::hours(24 * 365 * 10);
constexpr std::size_t kMaxCommandBytes = 65'536;  // execve(2) takes 131072 per argument
constexpr double kMinRate = 1e-6;
constexpr double kMaxRate = 1e9;

[[noreturn]] void refuse(std::string_view accepted) {
    throw std::invalid_argument(std::string(accepted));
}

// Removes `prefix` from the beginning of `text`, if it is there.
bool skip(std::string_view& text, std::string_view prefix) noexcept {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string_view take_digits(std::string_view& text) noexcept {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

// "12.5UNIT": no sign, no exponent, digits on both sides of a point.
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
    if (skip(rest, ".")) {
        quantity.fraction = take_digits(rest);
        if (quantity.fraction.empty()) return std::nullopt;
    }
    quantity.number = text.substr(0, text.size() - rest.size());
    quantity.unit = rest;
    return quantity;
}

// Exact, in whole nanoseconds; none if it is not a duration, too long, or finer than a nanosecond.
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
    std::int64_t place = unit->nanoseconds;  // what a digit at this place is worth
    for (const char digit : quantity->fraction) {
        if (digit != '0' && place % 10 != 0) return std::nullopt;
        place /= 10;
        total += (digit - '0') * place;
    }
    if (total > kMaxDuration.count()) return std::nullopt;
    return std::chrono::nanoseconds(total);
}

std::filesystem::path parse_path_after(std::string_view prefix, std::string_view text) {
    try {
        return parse_path(text);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("after '{}' {}", prefix, error.what()));
    }
}

std::vector<std::string> parse_command_after(std::string_view prefix, std::string_view text) {
    try {
        if (text.size() > kMaxCommandBytes) {
            refuse("a command of at most 65536 bytes is accepted: put it into a script");
        }
        auto words = split_words(text);
        if (words.empty() || words.front().empty()) refuse("a program and its arguments are accepted");
        return words;
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("after '{}' {}", prefix, error.what()));
    }
}

}  // namespace

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

SourceSpec parse_source(std::string_view text) {
    using Kind = SourceSpec::Kind;
    if (text == "sequence") return {Kind::Sequence, {}, std::nullopt};
    if (text == "lines:-") return {Kind::StandardInput, {}, std::nullopt};
    if (skip(text, "spool:")) return {Kind::Spool, parse_path_after("spool:", text), std::nullopt};
    if (skip(text, "lines:")) return {Kind::Lines, parse_path_after("lines:", text), std::nullopt};
    if (!skip(text, "sequence:")) refuse(kSourceForms);
    try {
        return {Kind::Sequence, {}, parse_count(text, 0, kMaxSequence)};
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(fmt::format("after 'sequence:' {}", error.what()));
    }
}

std::string SourceSpec::name() const {
    return kind == Kind::Sequence ? "sequence" : text();
}

std::string SourceSpec::text() const {
    switch (kind) {
        case Kind::Spool:
            return "spool:" + path.native();
        case Kind::Lines:
            return "lines:" + path.native();
        case Kind::StandardInput:
            return "lines:-";
        case Kind::Sequence:
            return count ? fmt::format("sequence:{}", *count) : "sequence";
    }
    return {};
}

ProcessSpec parse_process(std::string_view text) {
    using Kind = ProcessSpec::Kind;
    if (text == "ubl") return {Kind::Ubl, {}, false};
    if (text == "none") return {Kind::None, {}, false};
    if (skip(text, "exec:")) return {Kind::Exec, {}, false, parse_command_after("exec:", text)};
    if (skip(text, "each:")) return {Kind::Each, {}, false, parse_command_after("each:", text)};
    if (!skip(text, "simulate:")) refuse(kProcessForms);
    const bool burn = skip(text, "cpu=");
    const auto duration = read_duration(text);
    if (!duration) refuse(kProcessForms);
    return {Kind::Simulate, *duration, burn};
}

std::string ProcessSpec::text() const {
    switch (kind) {
        case Kind::Ubl:
            return "ubl";
        case Kind::None:
            return "none";
        case Kind::Simulate:
            return fmt::format("simulate:{}{}", burn ? "cpu=" : "", to_text(duration));
        case Kind::Exec:
            return "exec:" + join_words(command);
        case Kind::Each:
            return "each:" + join_words(command);
    }
    return {};
}

LedgerSpec parse_ledger(std::string_view text) {
    if (text == "none") return {LedgerSpec::Kind::None, {}};
    if (!skip(text, "sqlite:")) refuse(kLedgerForms);
    return {LedgerSpec::Kind::Sqlite, parse_path_after("sqlite:", text)};
}

std::string LedgerSpec::text() const {
    return kind == Kind::None ? "none" : "sqlite:" + path.native();
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
                        zero_too ? "0 (no limit) or " : "", to_text(least), to_text(most)));
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
