// SPDX-License-Identifier: Apache-2.0
// Why the invoices of a run were not booked: the most frequent reasons in an SQLite ledger, for the summary
// at the end of the run. The work is bounded, however large the ledger is: it reads rows of failed and of
// rejected invoices from the newest one back, through the index invoices_not_booked.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pipeline {

// The rows to look for: those of `generation`, this many of each status.
struct RunOutcomes {
    std::uint64_t generation;
    std::uint64_t failed;
    std::uint64_t rejected;
};

struct FrequentReason {
    std::string reason;  // as plain_reason() returns it
    std::uint64_t count;
};

struct FrequentReasons {
    std::vector<FrequentReason> most;  // at most kMostReasons, the most frequent first
    std::uint64_t rows = 0;            // how many rows of the run were read
    bool is_whole = true;              // false: the bounds ended the reading before the run's first row
};

inline constexpr std::size_t kMostReasons = 3;
inline constexpr std::uint64_t kMostReasonRows = 10'000;

// Returns the reasons. Reads at most `most_rows` rows of each status, and not much longer than `patience`.
// Returns none if the ledger at `path` cannot be read within that time.
[[nodiscard]] std::optional<FrequentReasons> read_frequent_reasons(
    const std::filesystem::path& path, const RunOutcomes& run,
    std::chrono::milliseconds patience = std::chrono::seconds(2), std::uint64_t most_rows = kMostReasonRows);

}  // namespace pipeline
