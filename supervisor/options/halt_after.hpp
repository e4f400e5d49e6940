// SPDX-License-Identifier: Apache-2.0
// The value of --halt-after (N or P%): with how many failed invoices a run drains.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/layout.hpp"

namespace pipeline {

struct HaltAfter {
    std::uint64_t failed = 0;   // so many invoices, 1 to 2^40; 0: a share counts
    std::uint32_t percent = 0;  // of the results, 1 to 100; counts from kLeastResults results on

    static constexpr std::uint64_t kLeastResults = 20;

    // True if so many invoices of the run have failed. A duplicate is no result.
    [[nodiscard]] bool is_reached(const Totals& run) const noexcept;
    // Returns "5" or "10%", for example.
    [[nodiscard]] std::string text() const;
    bool operator==(const HaltAfter&) const = default;
};

// Reads the value of --halt-after. Throws std::invalid_argument, whose text says what is accepted.
[[nodiscard]] HaltAfter parse_halt_after(std::string_view text);

}  // namespace pipeline
