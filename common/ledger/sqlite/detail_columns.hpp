// SPDX-License-Identifier: Apache-2.0
// The columns of `invoices` that hold an invoice's details: the one list from which a new version's ALTER
// TABLE, the view readable_invoices, the INSERT and the binding of its parameters follow.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "common/core/result.hpp"

namespace pipeline {

struct DetailColumn {
    DetailField field;
    std::int64_t since;  // the schema version that added the column
};

// In the order of the table's columns. To add a column, add it at the end, with a new version.
inline constexpr std::array<DetailColumn, kDetailFields.size()> kDetailColumns{{
    {*find_detail_field("supplier"), 1},
    {*find_detail_field("currency"), 1},
    {*find_detail_field("net"), 1},
    {*find_detail_field("tax"), 1},
    {*find_detail_field("gross"), 1},
    {*find_detail_field("due"), 1},
    {*find_detail_field("reason"), 1},
}};
static_assert(std::is_sorted(kDetailColumns.begin(), kDetailColumns.end(),
                             [](const DetailColumn& a, const DetailColumn& b) { return a.since < b.since; }));

// The SQL that adds the columns of `version` to the table and makes the view anew; empty if it has none.
[[nodiscard]] std::string add_columns_sql(std::span<const DetailColumn> columns, std::int64_t version);

// The view, with the columns up to `version`. Amounts are divided as integers, with the sign apart: -5 is
// '-0.05', and no amount is too large.
[[nodiscard]] std::string readable_invoices_sql(std::span<const DetailColumn> columns, std::int64_t version);

// ", supplier, currency, ...": to be continued after other columns of an INSERT.
[[nodiscard]] std::string insert_columns_sql();

}  // namespace pipeline
