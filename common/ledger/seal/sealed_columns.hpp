// SPDX-License-Identifier: Apache-2.0
// The columns that seal an outcome: those of invoices, history and duplicates that never change once they are
// written. Not among them are round, due_at and leased_until, by which a row is given again.
//
// docs/ledger.md, "Sealed", describes the canonical form for people. The list never changes but at its end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

// Returns the tag of the column `name`; 0 if no such column is sealed.
[[nodiscard]] constexpr std::uint8_t find_sealed_tag(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kSealedColumns.size(); ++i) {
        if (kSealedColumns[i] == name) return static_cast<std::uint8_t>(i + 1);
    }
    return 0;
}

// Returns the tag of the column `name`, at compile time.
[[nodiscard]] consteval std::uint8_t sealed_tag(std::string_view name) {
    const std::uint8_t tag = find_sealed_tag(name);
    if (tag == 0) throw "no such column";
    return tag;
}

}  // namespace pipeline
