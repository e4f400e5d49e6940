// SPDX-License-Identifier: Apache-2.0
// The invoices that are not booked, grouped by the reason: what failed, was rejected, waits, or is held.
// Reads rows of the ledger from the newest one back. Memory and time are bounded, however large the ledger
// is; where a bound ends the reading, the result says how far it went.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger_browser.hpp"

namespace pipeline {

using Deadline = std::chrono::steady_clock::time_point;

// Invoices of one status with the same reason (plain_reason.hpp).
struct ReasonGroup {
    RowStatus status = RowStatus::Failed;
    std::string reason;  // safe to show; empty: none is given
    bool is_held = false;
    std::uint64_t invoices = 0;
    std::uint64_t attempts = 0;  // of all of them
    std::int64_t newest_us = 0;
    std::int64_t oldest_us = 0;
};

struct ReasonGroups {
    std::vector<ReasonGroup> groups;  // the largest first
    std::uint64_t invoices = 0;       // that were counted
    // Invoices that were counted, but whose reasons are left out: there were kMostGroups others already.
    std::uint64_t others = 0;
    // The statuses of which not every row was read, each with the time of the last one that was.
    struct Rest {
        RowStatus status;
        std::int64_t reached_us;
    };
    std::vector<Rest> rests;
};

inline constexpr std::size_t kMostGroups = 1000;  // of one status

// Counts the rows that are failed, waiting and rejected. Throws what the browser throws.
[[nodiscard]] ReasonGroups read_reason_groups(LedgerBrowser& browser, Deadline until);

// An invoice of a group.
struct GroupRow {
    std::string id;
    std::string reason;  // of this invoice, with its figures
    std::uint64_t attempts = 0;
    std::int64_t stored_at_us = 0;
    std::optional<std::int64_t> due_at_us;
    bool is_leased = false;
};

struct GroupRows {
    std::vector<GroupRow> rows;   // the newest first
    std::optional<RowMark> next;  // where the next page begins; none: this was the last one
    bool is_cut = false;          // the time was over before the page was full
};

inline constexpr std::size_t kGroupPage = 50;

// Returns the invoices of the group that come behind the mark, one page of them. Throws what the browser
// throws.
[[nodiscard]] GroupRows read_group(LedgerBrowser& browser, RowStatus status, std::string_view reason,
                                   const RowMark& behind, Deadline until);

}  // namespace pipeline
