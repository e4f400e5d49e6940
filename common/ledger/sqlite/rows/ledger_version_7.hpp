// SPDX-License-Identifier: Apache-2.0
// Schema version 7: amounts are minor units of their currency, and two indices find what repeats an invoice.
#pragma once

#include <string>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Returns the SQL of version 7: the view `currencies`, the indices, and the readable views, which show an
// amount with the decimals of its currency. The text has the list of currencies in it.
[[nodiscard]] std::string version_7_sql();

// Converts the amounts of rows that an earlier version has written, hundredths in every currency, within the
// caller's transaction. An amount that is no whole number of minor units becomes NULL. Call it before the
// rows are sealed.
void convert_amounts(SqliteConnection& database);

// Returns an expression that is 1 for a credit note, and 0 for everything else. It is part of an index.
[[nodiscard]] std::string is_credit_note_sql();

// Returns an expression for the amount in column `name` as a decimal number with its sign: integers alone
// compute it, so that every amount is exact.
[[nodiscard]] std::string readable_amount_sql(std::string_view name);

}  // namespace pipeline
