// SPDX-License-Identifier: Apache-2.0
// The result of a run, for people and as one line of JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/core/layout.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

struct Report {
    std::uint64_t acquired = 0;  // number of invoices, including adopted unfinished ones
    Totals outcomes{};           // of the acquired invoices that are in the ledger
    std::chrono::nanoseconds duration{};

    [[nodiscard]] std::uint64_t in_flight() const noexcept { return acquired - outcomes.all(); }
    // True if an invoice has the outcome for which the run fails.
    [[nodiscard]] bool has(FailOn outcome) const noexcept;
    // Acquired invoices that became durable, per second; 0 if no time has passed.
    [[nodiscard]] double rate() const noexcept;
    [[nodiscard]] std::string text() const;  // several lines
    // {"acquired":..,"booked":..,"rejected":..,"failed":..,"duplicates":..,"in_flight":..,"seconds":..,"rate":..}
    [[nodiscard]] std::string json() const;
};

}  // namespace pipeline
