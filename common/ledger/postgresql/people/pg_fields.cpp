// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_fields.hpp"

#include <fmt/format.h>

#include <string_view>

namespace pipeline {
namespace {

bool is_text(LedgerColumn::Kind kind) noexcept {
    return kind == LedgerColumn::Kind::Text || kind == LedgerColumn::Kind::Hex;
}

}  // namespace

std::string pg_outcome_fields() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns) {
        if (!sql.empty()) sql += ", ";
        sql += column.kind == LedgerColumn::Kind::Hex ? fmt::format("encode({}, 'hex')", column.name)
                                                      : std::string(column.name);
    }
    return sql;
}

std::string pg_duplicate_fields() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns) {
        const std::string_view name = column.name;
        if (!sql.empty()) sql += ", ";
        if (name == "stored_at") {
            sql += "seen_at";
        } else if (is_in_duplicates(name)) {
            sql += name;
        } else {
            sql += is_text(column.kind) ? "NULL::text" : "NULL::bigint";
        }
    }
    return sql;
}

std::size_t read_pg_fields(const PgResult& result, int number, LedgerRow& row) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto column = static_cast<int>(i);
        row[i] = {};
        row[i].is_set = !result.is_null(number, column);
        if (!row[i].is_set) continue;
        if (is_text(kLedgerColumns[i].kind)) {
            row[i].text = result.text(number, column);
            bytes += row[i].text.size();
        } else {
            row[i].number = result.integer(number, column);
        }
    }
    return bytes;
}

}  // namespace pipeline
