// SPDX-License-Identifier: Apache-2.0
// The SQL that makes the tables and views of a ledger in PostgreSQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// Returns the statements, in order.
[[nodiscard]] std::vector<std::string> pg_tables();

// Returns the names of all columns of invoices and history but `row`, separated by commas.
[[nodiscard]] std::string pg_outcome_columns();

// True if the column of invoices is a bigint; false if it is a text. (`digest` is bytes, and always NULL.)
[[nodiscard]] bool is_pg_integer(std::string_view column) noexcept;

// Returns an expression that is true for a credit note.
[[nodiscard]] std::string pg_is_credit_note();

}  // namespace pipeline
