// SPDX-License-Identifier: Apache-2.0
#include "observer/judge/readable.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <string_view>

namespace pipeline {
namespace {

// "1.23", "12.3", "123".
std::string three_digits(double value) {
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

std::tm local_time(std::int64_t wall_us) {
    const auto seconds = static_cast<std::time_t>(wall_us / 1'000'000);
    std::tm time{};
    ::localtime_r(&seconds, &time);
    return time;
}

}  // namespace

std::string readable_count(std::uint64_t count) {
    std::string text = fmt::to_string(count);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

std::string readable_rate(double per_second) {
    if (!(per_second > 0)) return "0";
    if (per_second < 99.95) return three_digits(per_second);
    // A rate of 1e15 or more is beyond any real one: it comes from a damaged segment.
    return per_second < 1e15 ? readable_count(static_cast<std::uint64_t>(std::round(per_second)))
                             : fmt::format("{:.3g}", per_second);
}

std::string readable_seconds(double seconds) {
    constexpr double kMinute = 60;
    if (!(seconds > 0)) return "0 s";
    if (seconds < 999.5e-9) return fmt::format("{:.0f} ns", seconds * 1e9);
    if (seconds < 999.5e-6) return three_digits(seconds * 1e6) + " us";
    if (seconds < 999.5e-3) return three_digits(seconds * 1e3) + " ms";
    if (seconds < 2 * kMinute) return three_digits(seconds) + " s";
    if (seconds > 1e12) return "for ever";
    const auto whole = static_cast<std::uint64_t>(seconds);
    constexpr std::uint64_t kDay = 86'400;
    const std::string days = whole >= kDay ? fmt::format("{} d ", whole / kDay) : "";
    return fmt::format("{}{}:{:02}:{:02}", days, whole % kDay / 3600, whole / 60 % 60, whole % 60);
}

std::string readable_bytes(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
    if (bytes == 0) return "0";
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{} {}", three_digits(value), kUnits[unit]);
}

std::string readable_share(double share) {
    return fmt::format("{:.0f} %", 100 * share);
}

std::string readable_time(std::int64_t wall_us, std::int64_t now_us) {
    const std::tm time = local_time(wall_us);
    const std::tm now = local_time(now_us);
    const bool is_today = time.tm_year == now.tm_year && time.tm_yday == now.tm_yday;
    std::array<char, 32> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &time);
    return {text.data(), size};
}

}  // namespace pipeline
