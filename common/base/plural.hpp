// SPDX-License-Identifier: Apache-2.0
// Nouns and verbs that agree with a number, for sentences.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// Returns count and noun: "1 invoice", "0 invoices", "2 invoices". For nouns with a plural in -s.
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Returns the verb that agrees with `count`: `one` or `more` (is or are, waits or wait).
[[nodiscard]] constexpr std::string_view verb(std::uint64_t count, std::string_view one,
                                              std::string_view more) noexcept {
    return count == 1 ? one : more;
}

}  // namespace pipeline
