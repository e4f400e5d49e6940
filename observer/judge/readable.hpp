// SPDX-License-Identifier: Apache-2.0
// Formats numbers for people, mostly with three digits and a unit.
#pragma once

#include <cstdint>
#include <string>

namespace pipeline {

[[nodiscard]] std::string readable_count(std::uint64_t count);  // "1,234,567"
[[nodiscard]] std::string readable_rate(double per_second);     // "0", "0.42", "12.3", "12,345"
[[nodiscard]] std::string readable_seconds(double seconds);     // "850 ns", "1.25 ms", "42.1 s", "3:07:05"
[[nodiscard]] std::string readable_bytes(std::uint64_t bytes);  // "0", "812 KiB", "21.4 MiB"
[[nodiscard]] std::string readable_share(double share);         // "83 %"
// Returns the time of day of `wall_us` in this machine's time zone, with the date if `now_us` is on another
// day.
[[nodiscard]] std::string readable_time(std::int64_t wall_us, std::int64_t now_us);

}  // namespace pipeline
