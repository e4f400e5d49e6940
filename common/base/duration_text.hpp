// SPDX-License-Identifier: Apache-2.0
// A duration as text, in the largest unit in which it is a whole number.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

struct DurationUnit {
    std::string_view name;
    std::int64_t nanoseconds;
};
// Largest first.
inline constexpr std::array<DurationUnit, 6> kDurationUnits = {{{"h", 3'600'000'000'000},
                                                                {"min", 60'000'000'000},
                                                                {"s", 1'000'000'000},
                                                                {"ms", 1'000'000},
                                                                {"us", 1'000},
                                                                {"ns", 1}}};

// Returns `duration`, which is not negative, in the command line's form: "30s", "250ms", "0".
// parse_duration() (values.hpp) reverses it exactly.
[[nodiscard]] std::string to_text(std::chrono::nanoseconds duration);

// Returns `duration`, which is not negative, in a form for people: "30 s", "250 ms", "0".
[[nodiscard]] std::string to_readable_text(std::chrono::nanoseconds duration);

}  // namespace pipeline
