// SPDX-License-Identifier: Apache-2.0
#include "common/base/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pipeline {
namespace {

std::string in_largest_unit(std::chrono::nanoseconds duration, std::string_view separator) {
    if (duration == std::chrono::nanoseconds::zero()) return "0";
    const auto unit = std::find_if(
        kDurationUnits.begin(), kDurationUnits.end(),
        [&](const DurationUnit& candidate) { return duration.count() % candidate.nanoseconds == 0; });
    return fmt::format("{}{}{}", duration.count() / unit->nanoseconds, separator, unit->name);
}

}  // namespace

std::string to_text(std::chrono::nanoseconds duration) {
    return in_largest_unit(duration, "");
}

std::string to_readable_text(std::chrono::nanoseconds duration) {
    return in_largest_unit(duration, " ");
}

}  // namespace pipeline
