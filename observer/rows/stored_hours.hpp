// SPDX-License-Identifier: Apache-2.0
// How many invoices of a day were booked, rejected and failed in each hour, from the rows that the ledger has
// now: an outcome that was replaced or pruned is not counted.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/ledger/ledger_browser.hpp"
#include "observer/rows/reason_groups.hpp"

namespace pipeline {

struct StoredHour {
    std::int64_t begins_at_us = 0;
    std::uint64_t booked = 0;
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
};

struct StoredHours {
    std::vector<StoredHour> hours;  // the oldest first; the last one is the present hour
    // Rows that were stored before this time were not counted, because the time was over.
    std::int64_t reached_us = INT64_MIN;
};

// Reads from the newest row back, at most a day. Throws what the browser throws.
[[nodiscard]] StoredHours read_stored_hours(LedgerBrowser& browser, std::int64_t now_us, Deadline until);

}  // namespace pipeline
