// SPDX-License-Identifier: Apache-2.0
#include "common/core/terms/currency.hpp"

#include <fmt/format.h>

namespace pipeline {

std::optional<std::int64_t> from_hundredths(std::int64_t hundredths, int digits) noexcept {
    for (int i = digits; i < kUsualDigits; ++i) {
        if (hundredths % 10 != 0) return std::nullopt;
        hundredths /= 10;
    }
    for (int i = kUsualDigits; i < digits; ++i) {
        if (__builtin_mul_overflow(hundredths, std::int64_t{10}, &hundredths)) return std::nullopt;
    }
    return hundredths;
}

std::string amount_text(std::int64_t units, int digits) {
    const std::uint64_t size =
        units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
    std::string text = fmt::format("{:0{}}", size, digits + 1);
    if (digits != 0) text.insert(text.size() - static_cast<std::size_t>(digits), 1, '.');
    return units < 0 ? "-" + text : text;
}

}  // namespace pipeline
