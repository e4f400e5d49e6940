// SPDX-License-Identifier: Apache-2.0
// Short questions to a ledger in PostgreSQL for what is said of a run. Nothing depends on them, so no fault
// of the ledger is an error here, and nobody waits long for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/ledger/summary/reason_counts.hpp"

namespace pipeline {

// Returns the reasons. Reads at most `most_rows` rows of each status, from the newest one back, and not much
// longer than `patience`. Returns none if the ledger cannot be read within that time.
[[nodiscard]] std::optional<FrequentReasons> read_pg_frequent_reasons(
    const std::string& url, const RunOutcomes& run,
    std::chrono::milliseconds patience = std::chrono::seconds(2), std::uint64_t most_rows = kMostReasonRows);

// Returns the number of the source's invoices that all runs of all hosts together have acquired and recorded.
// Returns none if the ledger does not know the source, or cannot be read within `patience`.
[[nodiscard]] std::optional<std::uint64_t> read_pg_acquired_count(
    const std::string& url, std::string_view source,
    std::chrono::milliseconds patience = std::chrono::seconds(1));

// Returns how many of the source's invoices wait, or `most`, if they are more. Returns none if the ledger
// cannot be read within `patience`.
[[nodiscard]] std::optional<std::uint64_t> read_pg_waiting_count(
    const std::string& url, std::string_view source, std::uint64_t most,
    std::chrono::milliseconds patience = std::chrono::seconds(1));

}  // namespace pipeline
