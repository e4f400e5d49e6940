// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/rows/pg_rows.hpp"

#include <fmt/format.h>

#include "common/ledger/postgresql/schema/pg_tables.hpp"

namespace pipeline {
namespace {

using Type = PgArray::Type;

// The parameters of every statement: three for all rows, the keys, then the columns.
constexpr int kFirstArray = 4;

}  // namespace

PgRows::PgRows(RowForm form) : form_(form), keys_(Type::Text) {
    for (const std::string_view name : row_columns(form))
        columns_.emplace_back(is_pg_integer(name) ? Type::Integer : Type::Text);
}

void PgRows::clear() {
    keys_.clear();
    for (PgArray& column : columns_) column.clear();
}

void PgRows::begin_row(std::string_view key) {
    keys_.add(key);
    next_ = 0;
}

PgParameters PgRows::parameters(const CommitContext& context) {
    PgParameters parameters;
    parameters.add(context.source).add(context.clock.now_us()).add(context.generation).add(keys_);
    for (PgArray& column : columns_) parameters.add(column);
    return parameters;
}

// Returns "unnest($4, $5, ...) AS r(key, id, ...)".
std::string PgRows::source_sql() const {
    std::string arrays;
    for (std::size_t i = 0; i <= columns_.size(); ++i)
        arrays += fmt::format("{}${}", i == 0 ? "" : ", ", kFirstArray + static_cast<int>(i));
    return fmt::format("unnest({}) AS r(key, {})", arrays, fmt::join(row_columns(form_), ", "));
}

std::string PgRows::insert_sql(std::string_view table) const {
    const auto& names = row_columns(form_);
    return fmt::format(
        "INSERT INTO {}(source, stored_at, generation, key, {})"
        " SELECT $1::text, $2::bigint, $3::bigint, r.key, r.{} FROM {}",
        table, fmt::join(names, ", "), fmt::join(names, ", r."), source_sql());
}

std::string PgRows::replace_sql() const {
    std::string set =
        "source = $1::text, stored_at = $2::bigint, generation = $3::bigint, leased_until = NULL";
    for (const std::string_view name : row_columns(form_)) {
        if (name != "id") set += fmt::format(", {0} = r.{0}", name);
    }
    return fmt::format("UPDATE invoices AS i SET {} FROM {} WHERE i.key = r.key", set, source_sql());
}

}  // namespace pipeline
