// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/selection_sql.hpp"

#include <fmt/format.h>

#include "common/ledger/ledger_row.hpp"

namespace pipeline {
namespace {

std::string filters(const RowSelection& selection) {
    std::string sql;
    if (selection.reason) sql += " AND reason GLOB ?1";
    if (selection.since_us) sql += " AND stored_at >= ?2";
    return sql;
}

}  // namespace

std::string condition_sql(const RowSelection& selection, RowStatus status) {
    return fmt::format("status = '{}'{}", to_text(status), filters(selection));
}

std::string condition_sql(const RowSelection& selection) {
    std::string statuses;
    for (std::size_t i = 0; i < kRowStatuses.size(); ++i) {
        if (!selection.statuses[i]) continue;
        statuses += fmt::format("{}status = '{}'", statuses.empty() ? "" : " OR ", kRowStatuses[i]);
    }
    return fmt::format("({}){}", statuses.empty() ? "0" : statuses, filters(selection));
}

void bind_selection(SqliteStatement& statement, const RowSelection& selection) {
    if (selection.reason) statement.bind(1, *selection.reason);
    if (selection.since_us) statement.bind(2, *selection.since_us);
}

std::string columns_sql() {
    std::string sql;
    for (const LedgerColumn& column : kLedgerColumns) {
        if (!sql.empty()) sql += ", ";
        if (column.kind == LedgerColumn::Kind::Hex) {
            sql += fmt::format("CASE WHEN {0} NOT NULL THEN lower(hex({0})) END", column.name);
        } else {
            sql += column.name;
        }
    }
    return sql;
}

}  // namespace pipeline
