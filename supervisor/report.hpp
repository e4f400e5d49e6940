// SPDX-License-Identifier: Apache-2.0
// What a run has done, for people and as one line of JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/core/layout.hpp"

namespace pipeline {

struct Report {
    std::uint64_t acquired = 0;  // of this run, with what it adopted
    Totals outcomes{};           // of those that are in the ledger
    std::chrono::nanoseconds duration{};

    [[nodiscard]] std::uint64_t in_flight() const noexcept { return acquired - outcomes.all(); }
    // Acquired invoices per second that became durable; 0 if there was no time.
    [[nodiscard]] double rate() const noexcept;
    [[nodiscard]] std::string text() const;  // several lines
    // {"acquired":..,"booked":..,"rejected":..,"failed":..,"duplicates":..,"in_flight":..,"seconds":..,"rate":..}
    [[nodiscard]] std::string json() const;
};

}  // namespace pipeline
