// SPDX-License-Identifier: Apache-2.0
// Many rows of invoices or history on their way to PostgreSQL: an array for each column, which unnest() turns
// into rows again. One INSERT of 10,000 rows costs a fifth of 10,000 INSERTs of a row in one round trip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "common/ledger/postgresql/engine/pg_parameters.hpp"
#include "common/ledger/rows/row_values.hpp"

namespace pipeline {

// A sink of RowValues::write().
class PgRows {
  public:
    explicit PgRows(RowForm form);

    [[nodiscard]] RowForm form() const noexcept { return form_; }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    void clear();

    // Begins a row; the values of all its columns follow.
    void begin_row(std::string_view key);
    void value(std::int64_t number) { columns_[next_++].add(number); }
    void value(std::string_view text) { columns_[next_++].add(text); }
    void null() { columns_[next_++].add_null(); }

    // Returns the parameters of the statements below; valid until the rows change.
    [[nodiscard]] PgParameters parameters(const CommitContext& context);
    // Inserts the rows into invoices, unless their keys have rows there; in the order in which they were
    // begun.
    [[nodiscard]] std::string insert_new_sql() const {
        return insert_sql("invoices") + " ON CONFLICT (key) DO NOTHING";
    }
    [[nodiscard]] std::string insert_sql(std::string_view table) const;
    // Writes the rows over those of invoices that have the same keys. Only for the form Full.
    [[nodiscard]] std::string replace_sql() const;

  private:
    [[nodiscard]] std::string source_sql() const;

    RowForm form_;
    PgArray keys_;
    std::vector<PgArray> columns_;
    std::size_t next_ = 0;
};

}  // namespace pipeline
