// SPDX-License-Identifier: Apache-2.0
// The option --since: a time, or how long ago it was.
#pragma once

#include <cstdint>
#include <string_view>

namespace pipeline {

// Parses a duration with its unit ("1h": one hour before `now_us`; also "90d") or a time of the calendar,
// UTC: "2026-11-27", "2026-11-27 20:00" or "2026-11-27 20:00:30", from 1970 to 9999, also with a T between
// date and time and a Z at the end. Returns microseconds since 1970. Throws std::invalid_argument that says
// what is accepted.
[[nodiscard]] std::int64_t parse_since(std::string_view text, std::int64_t now_us);

}  // namespace pipeline
