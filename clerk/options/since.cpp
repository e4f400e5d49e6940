// SPDX-License-Identifier: Apache-2.0
#include "clerk/options/since.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "common/spec/values.hpp"

namespace pipeline {
namespace {

// Takes `size` digits from the beginning of `text`; none if it does not begin with them.
std::optional<int> take_number(std::string_view& text, std::size_t size) noexcept {
    int number = 0;
    if (text.size() < size || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + size, number);
    if (error != std::errc{} || end != text.data() + size) return std::nullopt;
    text.remove_prefix(size);
    return number;
}

bool take(std::string_view& text, std::string_view any_of) noexcept {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> read_time(std::string_view text) noexcept {
    using namespace std::chrono;
    const auto year_read = take_number(text, 4);
    if (!year_read || !take(text, "-")) return std::nullopt;
    const auto month_read = take_number(text, 2);
    if (!month_read || !take(text, "-")) return std::nullopt;
    const auto day_read = take_number(text, 2);
    if (!day_read) return std::nullopt;
    const year_month_day date{year(*year_read), month(static_cast<unsigned>(*month_read)),
                              day(static_cast<unsigned>(*day_read))};
    if (!date.ok() || *year_read < 1970) return std::nullopt;
    seconds of_day{0};
    if (take(text, " T")) {
        const auto hour_read = take_number(text, 2);
        if (!hour_read || *hour_read > 23 || !take(text, ":")) return std::nullopt;
        const auto minute_read = take_number(text, 2);
        if (!minute_read || *minute_read > 59) return std::nullopt;
        of_day = hours(*hour_read) + minutes(*minute_read);
        if (take(text, ":")) {
            const auto second_read = take_number(text, 2);
            if (!second_read || *second_read > 59) return std::nullopt;
            of_day += seconds(*second_read);
        }
        take(text, "Z");
    }
    if (!text.empty()) return std::nullopt;
    return microseconds(sys_days(date).time_since_epoch() + of_day).count();
}

// Reads "90d"; none if it is something else, or longer than a century.
std::optional<std::chrono::days> read_days(std::string_view text) noexcept {
    constexpr int kMostDays = 36'525;
    if (text.size() < 2 || text.back() != 'd') return std::nullopt;
    text.remove_suffix(1);
    int days = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
    if (error != std::errc{} || end != text.data() + text.size() || days < 0 || days > kMostDays)
        return std::nullopt;
    return std::chrono::days(days);
}

}  // namespace

std::int64_t parse_since(std::string_view text, std::int64_t now_us) {
    if (const auto days = read_days(text))
        return now_us - std::chrono::duration_cast<std::chrono::microseconds>(*days).count();
    if (const auto ago = read_duration(text))
        return now_us - std::chrono::duration_cast<std::chrono::microseconds>(*ago).count();
    if (const auto time = read_time(text)) return *time;
    throw std::invalid_argument(
        "how long ago, with a unit (ms, s, min, h or d), or a time, UTC, is accepted, such as 1h or "
        "'2026-11-27 20:00'");
}

}  // namespace pipeline
