// SPDX-License-Identifier: Apache-2.0
#include "supervisor/options/consumer_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "common/core/layout.hpp"
#include "common/spec/values.hpp"

namespace pipeline {
namespace {

constexpr auto kMost = static_cast<std::uint32_t>(kMaxPlaces);

std::uint32_t parse_number(std::string_view text) {
    return static_cast<std::uint32_t>(parse_count(text, 1, kMost));
}

}  // namespace

std::string ConsumerRange::text() const {
    return is_live() ? fmt::format("{}..{}", least, most) : fmt::to_string(least);
}

ConsumerRange parse_consumers(std::string_view text, std::uint32_t processors) {
    if (text == "auto") return {1, std::clamp<std::uint32_t>(2 * processors, 2, kMost)};
    try {
        constexpr std::string_view kTo = "..";
        const std::size_t to = text.find(kTo);
        if (to == std::string_view::npos) return {parse_number(text), parse_number(text)};
        const ConsumerRange range{parse_number(text.substr(0, to)),
                                  parse_number(text.substr(to + kTo.size()))};
        if (range.least <= range.most) return range;
    } catch (const std::invalid_argument&) {
        // Go on: the exception below covers bad numbers as well as numbers in the wrong order.
    }
    throw std::invalid_argument(
        fmt::format("a whole number from 1 to {}, MIN..MAX of such numbers, or auto is accepted", kMost));
}

}  // namespace pipeline
