// SPDX-License-Identifier: Apache-2.0
// SQL expressions for the digests of rows (sealed_columns.hpp).
#pragma once

#include <string>

namespace pipeline {

// The SQL function that computes a row's digest. A connection has it after
// SqliteConnection::define_digest(kRowDigest).
inline constexpr const char* kRowDigest = "row_digest";

// Each returns an SQL expression: for the digest of a row of invoices or history, of duplicates, and of the
// row that a row has become in the table pruned.
[[nodiscard]] std::string outcome_digest_sql();
[[nodiscard]] std::string duplicate_digest_sql();
[[nodiscard]] std::string pruned_digest_sql();

}  // namespace pipeline
