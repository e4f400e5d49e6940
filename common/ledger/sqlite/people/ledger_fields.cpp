// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/people/ledger_fields.hpp"

namespace pipeline {

std::size_t read_fields(const SqliteStatement& statement, LedgerRow& row) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto column = static_cast<int>(i);
        row[i] = {};
        row[i].is_set = !statement.is_null(column);
        if (!row[i].is_set) continue;
        const auto kind = kLedgerColumns[i].kind;
        if (kind == LedgerColumn::Kind::Text || kind == LedgerColumn::Kind::Hex) {
            row[i].text = statement.text(column);
            bytes += row[i].text.size();
        } else {
            row[i].number = statement.integer(column);
        }
    }
    return bytes;
}

}  // namespace pipeline
