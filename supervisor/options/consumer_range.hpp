// SPDX-License-Identifier: Apache-2.0
// The value of --consumers (N, MIN..MAX or auto): how many consumers may run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

struct ConsumerRange {
    std::uint32_t least = 0;  // 1..kMaxPlaces
    std::uint32_t most = 0;   // least..kMaxPlaces

    // True if the supervisor chooses the number of consumers within the range, by the load. Otherwise the
    // range is a single number, which only signals change.
    [[nodiscard]] bool is_live() const noexcept { return least != most; }
    // Returns "4" or "1..32", for example.
    [[nodiscard]] std::string text() const;
    bool operator==(const ConsumerRange&) const = default;
};

// Reads the value of --consumers. `processors`: the number of the host's CPUs. The value auto means 1 to
// twice that number. Throws std::invalid_argument, whose text says what is accepted.
[[nodiscard]] ConsumerRange parse_consumers(std::string_view text, std::uint32_t processors);

}  // namespace pipeline
