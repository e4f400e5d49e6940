// SPDX-License-Identifier: Apache-2.0
// How many consumers may run: --consumers N, MIN..MAX or auto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

struct ConsumerRange {
    std::uint32_t least = 0;  // 1..kMaxPlaces
    std::uint32_t most = 0;   // least..kMaxPlaces

    // True if the supervisor chooses within the range, by load. Otherwise it is one number, and signals
    // change it.
    [[nodiscard]] bool is_live() const noexcept { return least != most; }
    // "4", "1..32".
    [[nodiscard]] std::string text() const;
    bool operator==(const ConsumerRange&) const = default;
};

// `processors`: the number of this host; auto means 1 to twice as many. Throws std::invalid_argument, whose
// text says what is accepted.
[[nodiscard]] ConsumerRange parse_consumers(std::string_view text, std::uint32_t processors);

}  // namespace pipeline
