// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/detail_columns.hpp"

#include <fmt/format.h>

#include "common/core/terms/invoice_terms.hpp"
#include "common/ledger/sqlite/rows/ledger_version_4.hpp"
#include "common/ledger/sqlite/rows/ledger_version_7.hpp"

namespace pipeline {
namespace {

constexpr std::int64_t kLastWithoutHistory = 3;
constexpr std::int64_t kLastInHundredths = 6;

const char* type_of(const DetailField& field) noexcept {
    return field.kind == DetailField::Kind::Amount ? "INTEGER" : "TEXT";
}

std::string readable_column(const DetailField& field, std::int64_t version) {
    if (field.kind != DetailField::Kind::Amount) return std::string(field.name);
    if (version > kLastInHundredths) return readable_amount_sql(field.name);
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
        for (const char* table : {"invoices", "history"})
            sql += fmt::format("ALTER TABLE {} ADD COLUMN {} {};\n", table, field.name, type_of(field));
    }
    if (sql.empty()) return sql;
    for (const char* table : {"invoices", "history"}) {
        const std::string view = fmt::format("readable_{}", table);
        sql += fmt::format("DROP VIEW {};\n{}", view, readable_sql(view, table, columns, version));
    }
    return sql;
}

std::string readable_sql(std::string_view view, std::string_view table, std::span<const DetailColumn> columns,
                         std::int64_t version) {
    std::string sql = fmt::format("CREATE VIEW {} AS SELECT\n    id, status", view);
    for (const auto& [field, since] : columns) {
        if (since <= kLastWithoutHistory) sql += ",\n    " + readable_column(field, version);
    }
    sql += R"sql(,
    attempts, consumer, source, position,
    strftime('%Y-%m-%d %H:%M:%f', acquired_at / 1000000.0, 'unixepoch') AS acquired_at,
    strftime('%Y-%m-%d %H:%M:%f', stored_at / 1000000.0, 'unixepoch') AS stored_at,
    printf('%.6f', (stored_at - acquired_at) / 1000000.0) AS seconds)sql";
    if (version > kLastWithoutHistory) sql += kReadableColumns4;
    for (const auto& [field, since] : columns) {
        if (since > kLastWrittenVersion && since <= version)
            sql += ",\n    " + readable_column(field, version);
    }
    return sql + fmt::format("\nFROM {};\n", table);
}

std::string outcome_columns_sql() {
    return "id, source, position, status" + insert_columns_sql() +
           ", attempts, consumer, acquired_at, stored_at, round, due_at, leased_until, failures,"
           " first_failed_at, repeats, result, output, exit_status, started_at, worked_us, generation,"
           " record, digest";
}

std::string insert_columns_sql() {
    std::string sql;
    for (const auto& column : kDetailColumns) sql += fmt::format(", {}", column.field.name);
    for (const std::string_view name : kTermNames) sql += fmt::format(", {}", name);
    return sql;
}

}  // namespace pipeline
