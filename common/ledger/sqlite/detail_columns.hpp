// SPDX-License-Identifier: Apache-2.0
// The columns of the table invoices that hold an invoice's details. A new version's ALTER TABLE, the view
// readable_invoices, the INSERT and the binding of its parameters all follow from this list.
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

// The columns, in the order of the table. To add a column, add it at the end, with a new version.
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

// Returns the SQL that adds the columns of `version` to the table and replaces the view; an empty text if the
// version adds no columns.
[[nodiscard]] std::string add_columns_sql(std::span<const DetailColumn> columns, std::int64_t version);

// Returns the SQL that creates the view, with the columns up to `version`. The view shows an amount, stored
// in hundredths, as a decimal number: -5 as '-0.05'. It computes with integers, so that every amount is
// exact.
[[nodiscard]] std::string readable_invoices_sql(std::span<const DetailColumn> columns, std::int64_t version);

// Returns ", supplier, currency, ...", to follow the other columns of an INSERT.
[[nodiscard]] std::string insert_columns_sql();

}  // namespace pipeline
