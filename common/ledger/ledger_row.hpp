// SPDX-License-Identifier: Apache-2.0
// A row of the tables invoices and history, for people and their programs: the public columns and their
// values. Only a reader of one moment may use the values; they lie in its memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pipeline {

struct LedgerColumn {
    enum class Kind : std::uint8_t {
        Text,
        Number,
        Bits,    // a number of 64 bits without a sign; the ledger keeps it as the signed one with these bits
        Amount,  // minor units of the currency
        Time,    // microseconds since 1970, UTC
        Duration,  // microseconds
        Hex,       // bytes; the field has them as hexadecimal digits
    };
    std::string_view name;
    Kind kind;
};

// In the order of docs/ledger.md: the invoice and its state, its details, its cause, its history.
inline constexpr std::array<LedgerColumn, 36> kLedgerColumns{{
    {"id", LedgerColumn::Kind::Text},
    {"source", LedgerColumn::Kind::Text},
    {"position", LedgerColumn::Kind::Bits},
    {"status", LedgerColumn::Kind::Text},
    {"round", LedgerColumn::Kind::Number},
    {"due_at", LedgerColumn::Kind::Time},
    {"leased_until", LedgerColumn::Kind::Time},
    {"failures", LedgerColumn::Kind::Number},
    {"first_failed_at", LedgerColumn::Kind::Time},
    {"kind", LedgerColumn::Kind::Text},
    {"number", LedgerColumn::Kind::Text},
    {"issued_on", LedgerColumn::Kind::Text},
    {"due_on", LedgerColumn::Kind::Text},
    {"supplier", LedgerColumn::Kind::Text},
    {"supplier_id", LedgerColumn::Kind::Text},
    {"buyer", LedgerColumn::Kind::Text},
    {"currency", LedgerColumn::Kind::Text},
    {"net", LedgerColumn::Kind::Amount},
    {"tax", LedgerColumn::Kind::Amount},
    {"gross", LedgerColumn::Kind::Amount},
    {"due", LedgerColumn::Kind::Amount},
    {"file_digest", LedgerColumn::Kind::Text},
    {"repeats", LedgerColumn::Kind::Text},
    {"reason", LedgerColumn::Kind::Text},
    {"result", LedgerColumn::Kind::Text},
    {"output", LedgerColumn::Kind::Text},
    {"attempts", LedgerColumn::Kind::Number},
    {"exit_status", LedgerColumn::Kind::Number},
    {"consumer", LedgerColumn::Kind::Number},
    {"acquired_at", LedgerColumn::Kind::Time},
    {"started_at", LedgerColumn::Kind::Time},
    {"worked_us", LedgerColumn::Kind::Duration},
    {"stored_at", LedgerColumn::Kind::Time},
    {"generation", LedgerColumn::Kind::Bits},
    {"record", LedgerColumn::Kind::Number},
    {"digest", LedgerColumn::Kind::Hex},
}};

// Returns the number of the column `name` in kLedgerColumns, at compile time.
[[nodiscard]] consteval std::size_t ledger_column(std::string_view name) {
    for (std::size_t i = 0; i < kLedgerColumns.size(); ++i) {
        if (kLedgerColumns[i].name == name) return i;
    }
    throw "no such column";
}

// True if the table duplicates has the column `name`, too. (It has seen_at in place of stored_at.)
[[nodiscard]] constexpr bool is_in_duplicates(std::string_view name) noexcept {
    return name == "id" || name == "source" || name == "position" || name == "generation" || name == "record";
}

struct LedgerField {
    bool is_set = false;      // false: NULL
    std::int64_t number = 0;  // of every kind but Text and Hex
    std::string_view text;    // of Text and Hex
};

using LedgerRow = std::array<LedgerField, kLedgerColumns.size()>;

}  // namespace pipeline
