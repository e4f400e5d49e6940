// SPDX-License-Identifier: Apache-2.0
// The most frequent reasons in an SQLite ledger. The work is bounded, however large the ledger is: it reads
// rows of failed and of rejected invoices from the newest one back, through the index invoices_not_booked.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "common/ledger/summary/reason_counts.hpp"

namespace pipeline {

// Returns the reasons. Reads at most `most_rows` rows of each status, and not much longer than `patience`.
// Returns none if the ledger at `path` cannot be read within that time.
[[nodiscard]] std::optional<FrequentReasons> read_frequent_reasons(
    const std::filesystem::path& path, const RunOutcomes& run,
    std::chrono::milliseconds patience = std::chrono::seconds(2), std::uint64_t most_rows = kMostReasonRows);

}  // namespace pipeline
