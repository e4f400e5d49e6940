// SPDX-License-Identifier: Apache-2.0
// Values on the command line with a unit or a form of their own: durations, rates, counts, paths, names.
// Parsing throws std::invalid_argument whose what() says what is accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/duration_text.hpp"

namespace pipeline {

// A number and a unit: ns, us, ms, s, min, h; "0" needs none. At most 10 years.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);
// The same within [least, most]; with `zero_too` also 0, which then means no limit.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text, std::chrono::nanoseconds least,
                                                      std::chrono::nanoseconds most, bool zero_too = false);
// As parse_duration(text), for a caller with an error text of its own: none if it is not accepted.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_duration(std::string_view text) noexcept;

// "N/s", N a decimal number from 0.000001 to 1000000000. In items per second.
[[nodiscard]] double parse_rate(std::string_view text);
// The text for parse_rate(), which reverses it exactly.
[[nodiscard]] std::string rate_text(double per_second);

// A whole decimal number within [least, most].
[[nodiscard]] std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most);

// A path of 1 to 4095 bytes without NUL and newline; made absolute (from the working directory) and normal
// (no ".", "..", doubled or trailing slash). Nothing is looked up: symbolic links stay.
[[nodiscard]] std::filesystem::path parse_path(std::string_view text);

// 1 to 100 letters, digits, '.', '_', '-', not beginning with '.' or '-': usable in the name of a segment.
[[nodiscard]] std::string parse_name(std::string_view text);

}  // namespace pipeline
