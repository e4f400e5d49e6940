// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/detail_columns.hpp"

#include <fmt/format.h>

namespace pipeline {
namespace {

const char* type_of(const DetailField& field) noexcept {
    return field.kind == DetailField::Kind::Amount ? "INTEGER" : "TEXT";
}

std::string readable_sql(const DetailField& field) {
    if (field.kind != DetailField::Kind::Amount) return std::string(field.name);
    return fmt::format(
        "CASE WHEN {0} NOT NULL THEN"
        " printf('%s%d.%02d', iif({0} < 0, '-', ''), abs({0} / 100), abs({0} % 100)) END AS {0}",
        field.name);
}

}  // namespace

std::string add_columns_sql(std::span<const DetailColumn> columns, std::int64_t version) {
    std::string sql;
    for (const auto& [field, since] : columns) {
        if (since != version) continue;
        sql += fmt::format("ALTER TABLE invoices ADD COLUMN {} {};\n", field.name, type_of(field));
    }
    return sql.empty() ? sql
                       : sql + "DROP VIEW readable_invoices;\n" + readable_invoices_sql(columns, version);
}

std::string readable_invoices_sql(std::span<const DetailColumn> columns, std::int64_t version) {
    std::string sql = "CREATE VIEW readable_invoices AS SELECT\n    id, status";
    for (const auto& [field, since] : columns) {
        if (since <= version) sql += ",\n    " + readable_sql(field);
    }
    return sql + R"sql(,
    attempts, consumer, source, position,
    strftime('%Y-%m-%d %H:%M:%f', acquired_at / 1000000.0, 'unixepoch') AS acquired_at,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS stored_at,
    printf('%.6f', (stored_at - acquired_at) / 1000000.0) AS seconds
FROM invoices;
)sql";
}

std::string insert_columns_sql() {
    std::string sql;
    for (const auto& column : kDetailColumns) sql += fmt::format(", {}", column.field.name);
    return sql;
}

}  // namespace pipeline
