// SPDX-License-Identifier: Apache-2.0
// The result of a run, for people and as one line of JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/core/layout.hpp"
#include "common/ledger/summary/reason_counts.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

struct Report {
    std::uint64_t acquired = 0;  // items, including adopted unfinished ones and those that were given again
    Totals outcomes{};           // of the acquired invoices that are in the ledger
    std::chrono::nanoseconds duration{};
    std::uint64_t waiting = 0;  // invoices that wait now
    bool is_halted = false;     // --halt-after has ended the run
    // No later run gives the waiting invoices again: they came from standard input (docs/sources.md).
    bool is_waiting_in_vain = false;
    // Why invoices were rejected or failed: the most frequent reasons, counted over `reasons_of` rows.
    // `reasons_of` is 0 if every row was counted, or if nothing is known.
    std::vector<FrequentReason> reasons;
    std::uint64_t reasons_of = 0;
    // The commands that show the invoices that were not booked, and that run them again: each has a word for
    // what it does ("see them"). The text shows them, the JSON does not.
    struct Command {
        std::string does;
        std::string line;
    };
    std::vector<Command> commands;

    [[nodiscard]] std::uint64_t in_flight() const noexcept { return acquired - outcomes.all(); }
    // Acquired invoices, each counted once, however often it was given.
    [[nodiscard]] std::uint64_t invoices() const noexcept { return acquired - outcomes.given_again; }
    // Invoices that have got an outcome other than waiting.
    [[nodiscard]] std::uint64_t ended() const noexcept { return outcomes.all() - outcomes.waiting; }
    // True if an invoice has the outcome for which the run fails.
    [[nodiscard]] bool has(FailOn outcome) const noexcept;
    // Acquired invoices that became durable, per second; 0 if no time has passed.
    [[nodiscard]] double rate() const noexcept;
    [[nodiscard]] std::string text() const;  // several lines
    // {"acquired":..,"booked":..,"rejected":..,"failed":..,"waiting":..,"duplicates":..,"in_flight":..,"seconds":..,"rate":..,
    // "halted":..,"reasons":[{"reason":..,"count":..}]}, and "reasons_of" if that is not 0
    [[nodiscard]] std::string json() const;
};

}  // namespace pipeline
