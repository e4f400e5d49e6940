// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_row_digest.hpp"

#include <algorithm>
#include <initializer_list>

#include "common/ledger/postgresql/schema/pg_tables.hpp"

namespace pipeline {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_integer(std::string_view column) noexcept {
    return column == "seen_at" || is_pg_integer(column);
}

bool has_column(PgSealedTable table, std::string_view name) {
    switch (table) {
        case PgSealedTable::Invoices:
        case PgSealedTable::History:
            return name != "seen_at";
        case PgSealedTable::Duplicates:
            return is_one_of(name, {"source", "generation", "id", "position", "record", "seen_at", "digest"});
        case PgSealedTable::Pruned:
            break;
    }
    return is_one_of(name, {"source", "generation", "id", "position", "status", "record", "digest"});
}

}  // namespace

std::string pg_sealed_columns(PgSealedTable table) {
    std::string sql;
    for (const std::string_view name : kSealedColumns) {
        if (!sql.empty()) sql += ", ";
        if (has_column(table, name)) {
            sql += name;
        } else {
            sql += name == "digest" ? "NULL::bytea" : is_integer(name) ? "NULL::bigint" : "NULL::text";
        }
    }
    return sql;
}

Digest PgRowDigest::of(PgSealedTable table, const PgResult& result, int row, int first) {
    values_.clear();
    for (std::size_t i = 0; i < kSealedColumns.size(); ++i) {
        const std::string_view name = kSealedColumns[i];
        const auto tag = static_cast<std::uint8_t>(i + 1);
        const int column = first + static_cast<int>(i);
        if (result.is_null(row, column)) continue;
        if (name == "digest" && table != PgSealedTable::Pruned) continue;
        if (!is_integer(name)) {
            values_.add(tag, result.text(row, column));
        } else if (name != "failures" || result.integer(row, column) != 0) {
            values_.add(tag, result.integer(row, column));
        }
    }
    return values_.finish();
}

}  // namespace pipeline
