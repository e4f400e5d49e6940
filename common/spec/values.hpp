// SPDX-License-Identifier: Apache-2.0
// Values on the command line that have a unit or a form of their own: durations, rates, counts, paths, names.
// The parse functions throw std::invalid_argument for a text that they do not accept; its what() says what
// they accept.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/duration_text.hpp"

namespace pipeline {

// Parses a number and a unit (ns, us, ms, s, min, h); "0" needs no unit. Accepts at most 10 years.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text);
// Parses as parse_duration(text) does, but accepts only durations within [least, most] and, if `zero_too`, 0.
// The option defines what 0 means.
[[nodiscard]] std::chrono::nanoseconds parse_duration(std::string_view text, std::chrono::nanoseconds least,
                                                      std::chrono::nanoseconds most, bool zero_too = false);
// Parses as parse_duration(text) does, but returns none instead of throwing: the caller has its own error
// message.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_duration(std::string_view text) noexcept;

// Parses "N/s", where N is a decimal number from 0.000001 to 1000000000. Returns N, in items per second.
[[nodiscard]] double parse_rate(std::string_view text);
// Returns a rate as text. parse_rate() reverses it exactly.
[[nodiscard]] std::string rate_text(double per_second);

// Parses a whole decimal number within [least, most].
[[nodiscard]] std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most);

// Parses a path of 1 to 4095 bytes without NUL and newline. Makes it absolute (from the working directory)
// and normal (no ".", "..", doubled or trailing slash). Does not resolve symbolic links.
[[nodiscard]] std::filesystem::path parse_path(std::string_view text);

// Parses a name of 1 to 100 letters, digits, '.', '_' and '-' that does not begin with '.' or '-'. A
// segment's name may contain it.
[[nodiscard]] std::string parse_name(std::string_view text);

}  // namespace pipeline
