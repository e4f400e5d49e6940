// SPDX-License-Identifier: Apache-2.0
// Why the invoices of a run were not booked: the most frequent reasons, for the summary at the end of the
// run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
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

// Counts the reasons of rows.
class ReasonCounts {
  public:
    // Counts a row that is the invoice `id`'s; an empty reason is none.
    void add(std::string_view reason, std::string_view id);
    // The bounds have ended the reading.
    void cut() noexcept { found_.is_whole = false; }
    [[nodiscard]] FrequentReasons most_frequent() const;

  private:
    std::map<std::string, std::uint64_t> counts_;
    FrequentReasons found_;
};

}  // namespace pipeline
