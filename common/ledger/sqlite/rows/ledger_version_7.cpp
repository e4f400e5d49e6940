// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/ledger_version_7.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "common/core/terms/credit_note.hpp"
#include "common/core/terms/currency.hpp"
#include "common/ledger/sqlite/rows/detail_columns.hpp"

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 4> kAmounts{"net", "tax", "gross", "due"};

// Returns "'BIF', 'CLP', ...".
std::string quoted_list(const MinorUnit& unit) {
    std::string list;
    for (std::size_t at = 0; at < unit.currencies.size(); at += 4)
        list += fmt::format("{}'{}'", at == 0 ? "" : ", ", unit.currencies.substr(at, 3));
    return list;
}

std::int64_t power(int digits) noexcept {
    std::int64_t value = 1;
    for (int i = 0; i < digits; ++i) value *= 10;
    return value;
}

std::string currencies_sql() {
    std::string values;
    for (const MinorUnit& unit : kMinorUnits) {
        for (std::size_t at = 0; at < unit.currencies.size(); at += 4) {
            values += fmt::format("{}('{}', {}, {}.0)", values.empty() ? "" : ", ",
                                  unit.currencies.substr(at, 3), unit.digits, power(unit.digits));
        }
    }
    return fmt::format("CREATE VIEW currencies(currency, digits, unit) AS VALUES {};\n", values);
}

std::string shown_sql(std::string_view name, int digits) {
    const std::int64_t unit = power(digits);
    if (digits == 0) return fmt::format("CAST({} AS TEXT)", name);
    return fmt::format("printf('%s%d.%0{1}d', iif({0} < 0, '-', ''), abs({0} / {2}), abs({0} % {2}))", name,
                       digits, unit);
}

}  // namespace

std::string version_7_sql() {
    std::string sql = currencies_sql();
    // In an index, rows with the same keys follow each other in the order of their rowid.
    sql += "CREATE INDEX invoices_number ON invoices(number, coalesce(supplier_id, supplier), " +
           is_credit_note_sql() +
           ") WHERE number NOT NULL AND status = 'booked';\n"
           "CREATE INDEX invoices_file ON invoices(file_digest)"
           " WHERE file_digest NOT NULL AND status = 'booked';\n";
    for (const char* table : {"invoices", "history"}) {
        const std::string view = fmt::format("readable_{}", table);
        sql += fmt::format("DROP VIEW {};\n{}", view, readable_sql(view, table, kDetailColumns, 7));
    }
    return sql;
}

void convert_amounts(SqliteConnection& database) {
    for (const char* table : {"invoices", "history"}) {
        for (const MinorUnit& unit : kMinorUnits) {
            std::string set;
            for (const std::string_view name : kAmounts) {
                set += set.empty() ? "" : ", ";
                if (unit.digits < kUsualDigits) {
                    const std::int64_t divisor = power(kUsualDigits - unit.digits);
                    set += fmt::format("{0} = iif({0} % {1} = 0, {0} / {1}, NULL)", name, divisor);
                } else {
                    // A count that is too large becomes no amount, instead of a REAL that the column refuses.
                    const std::int64_t factor = power(unit.digits - kUsualDigits);
                    set += fmt::format("{0} = iif(abs({0} / 2) <= {2}, {0} * {1}, NULL)", name, factor,
                                       INT64_MAX / 2 / factor - 1);
                }
            }
            database.execute(
                fmt::format("UPDATE {} SET {} WHERE currency IN ({})", table, set, quoted_list(unit))
                    .c_str());
        }
    }
}

std::string is_credit_note_sql() {
    std::string list;
    for (const std::string_view kind : kCreditNotes)
        list += fmt::format("{}'{}'", list.empty() ? "" : ", ", kind);
    return fmt::format("coalesce(kind IN ({}), 0)", list);
}

std::string readable_amount_sql(std::string_view name) {
    std::string cases;
    for (const MinorUnit& unit : kMinorUnits)
        cases += fmt::format("\n        WHEN currency IN ({}) THEN {}", quoted_list(unit),
                             shown_sql(name, unit.digits));
    return fmt::format("CASE WHEN {0} IS NULL THEN NULL{1}\n        ELSE {2} END AS {0}", name, cases,
                       shown_sql(name, kUsualDigits));
}

}  // namespace pipeline
