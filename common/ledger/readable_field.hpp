// SPDX-License-Identifier: Apache-2.0
// The values of a ledger's row as text for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/ledger/ledger_row.hpp"

namespace pipeline {

// Returns a time in microseconds since 1970 as UTC: "2026-11-27 20:00:00"; with `exactly`, with milliseconds:
// "2026-11-27 20:00:00.250".
[[nodiscard]] std::string utc_text(std::int64_t time_us, bool exactly = false);

// Returns the value of column `i` (kLedgerColumns) for people: times as text, UTC, amounts with the decimals
// of the row's currency, bits as the number without a sign (a generation as 16 hexadecimal digits). Empty if
// the field is not set.
[[nodiscard]] std::string readable(const LedgerRow& row, std::size_t i);

}  // namespace pipeline
