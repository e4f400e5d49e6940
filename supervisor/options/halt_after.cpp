// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/halt_after.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "common/spec/values.hpp"

namespace pipeline {

bool HaltAfter::is_reached(const Totals& run) const noexcept {
    if (percent == 0) return run.failed >= failed;
    const std::uint64_t results = run.booked + run.rejected + run.failed;
    return results >= kLeastResults && run.failed * 100 >= results * percent;
}

std::string HaltAfter::text() const {
    return percent != 0 ? fmt::format("{}%", percent) : fmt::to_string(failed);
}

HaltAfter parse_halt_after(std::string_view text) {
    constexpr std::uint64_t kMost = 1ULL << 40U;
    try {
        if (!text.ends_with('%')) return {parse_count(text, 1, kMost), 0};
        text.remove_suffix(1);
        return {0, static_cast<std::uint32_t>(parse_count(text, 1, 100))};
    } catch (const std::invalid_argument&) {
        throw std::invalid_argument(
            fmt::format("a whole number from 1 to {}, or a share from 1% to 100%, is accepted", kMost));
    }
}

}  // namespace pipeline
