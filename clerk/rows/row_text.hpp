// SPDX-License-Identifier: Apache-2.0
// A row of the ledger as text for programs: as csv (RFC 4180) and as a JSON object.
#pragma once

#include <string>

#include "common/ledger/ledger_row.hpp"

namespace pipeline {

// Returns the names of all columns as a line of csv.
[[nodiscard]] std::string csv_heading();
// Both append the row as a line, with the values that the ledger has. Numbers stay numbers: times are
// microseconds since 1970, amounts are minor units. csv: what is not set is empty. JSON: null.
void append_csv(const LedgerRow& row, std::string& to);
void append_json(const LedgerRow& row, std::string& to);

}  // namespace pipeline
