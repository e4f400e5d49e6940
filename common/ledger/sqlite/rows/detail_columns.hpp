// SPDX-License-Identifier: Apache-2.0
// The columns of the tables invoices and history that hold an invoice's details. The INSERT and the binding
// of its parameters follow from this list, and so do a new version's ALTER TABLE and its readable views.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/core/result.hpp"

namespace pipeline {

struct DetailColumn {
    DetailField field;
    std::int64_t since;  // the schema version that added the column
};

// The last version whose change is written out as SQL (ledger_versions.cpp, ledger_version_4.hpp). Later
// versions only add columns of kDetailColumns.
inline constexpr std::int64_t kLastWrittenVersion = 8;

// The columns that are filled from details. Version 4 has columns that no detail fills: those of
// invoice_terms.hpp, result and output have texts of their own. To fill another one, add it at the end, with
// version 4. To add a column, add it at the end, with a new version.
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

// Returns the SQL that adds the columns of `version`, which is later than kLastWrittenVersion, to invoices
// and history and replaces the views of both; an empty text if the version adds no columns.
[[nodiscard]] std::string add_columns_sql(std::span<const DetailColumn> columns, std::int64_t version);

// Returns the SQL that creates the readable view of `table`, invoices or history, with the columns up to
// `version`. Up to version 6 it shows every amount with two decimals, later with those of its currency.
[[nodiscard]] std::string readable_sql(std::string_view view, std::string_view table,
                                       std::span<const DetailColumn> columns, std::int64_t version);

// Returns all columns of invoices and history.
[[nodiscard]] std::string outcome_columns_sql();

// Returns ", supplier, currency, ..., kind, number, ...", to follow the other columns of an INSERT: the
// columns of details, then those of terms.
[[nodiscard]] std::string insert_columns_sql();

}  // namespace pipeline
