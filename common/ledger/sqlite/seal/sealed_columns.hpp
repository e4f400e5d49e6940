// SPDX-License-Identifier: Apache-2.0
// The columns that seal an outcome: those of invoices, history and duplicates that never change once they are
// written. Not among them are round, due_at and leased_until, by which a row is given again.
//
// docs/ledger.md, "Sealed", describes the canonical form for people. The list never changes but at its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline {

// A column's tag in the digest of a row (value_digest.hpp) is its number in this list, from 1. `failures` is
// absent if it is 0. Only duplicates have seen_at, and only pruned rows have digest: the one that the row
// had.
inline constexpr std::array<std::string_view, 34> kSealedColumns{
    "source",      "stored_at",       "generation",  "id",      "position",   "status",
    "attempts",    "consumer",        "acquired_at", "record",  "started_at", "worked_us",
    "exit_status", "supplier",        "currency",    "net",     "tax",        "gross",
    "due",         "reason",          "kind",        "number",  "issued_on",  "due_on",
    "supplier_id", "buyer",           "file_digest", "repeats", "result",     "output",
    "failures",    "first_failed_at", "seen_at",     "digest"};

// Returns the tag of the column `name`, at compile time.
[[nodiscard]] consteval std::uint8_t sealed_tag(std::string_view name) {
    for (std::size_t i = 0; i < kSealedColumns.size(); ++i) {
        if (kSealedColumns[i] == name) return static_cast<std::uint8_t>(i + 1);
    }
    throw "no such column";
}

// The SQL function that computes a row's digest. A connection has it after
// SqliteConnection::define_digest(kRowDigest).
inline constexpr const char* kRowDigest = "row_digest";

// Each returns an SQL expression: for the digest of a row of invoices or history, of duplicates, and of the
// row that a row has become in the table pruned.
[[nodiscard]] std::string outcome_digest_sql();
[[nodiscard]] std::string duplicate_digest_sql();
[[nodiscard]] std::string pruned_digest_sql();

}  // namespace pipeline
