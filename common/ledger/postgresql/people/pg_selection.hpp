// SPDX-License-Identifier: Apache-2.0
// A selection of rows as SQL.
#pragma once

#include <optional>
#include <string>

#include "common/ledger/postgresql/engine/pg_parameters.hpp"
#include "common/ledger/row_selection.hpp"

namespace pipeline {

class PgSelection {
  public:
    explicit PgSelection(const RowSelection& selection);

    // False if the selection chooses no row, whatever the ledger has.
    [[nodiscard]] bool may_choose() const noexcept { return may_choose_; }
    // Returns the condition for the selection's rows of one status, which is written out, so that the planner
    // sees that the partial index invoices_not_booked has them; or of every status of the selection.
    [[nodiscard]] std::string condition(RowStatus status) const;
    [[nodiscard]] std::string condition() const;
    // Returns the parameters of these conditions, $1 and $2; further ones may be added. They are valid as
    // long as this object.
    [[nodiscard]] PgParameters parameters() const;

  private:
    RowSelection selection_;
    std::optional<std::string> regex_;  // of the reason
    bool may_choose_;
};

}  // namespace pipeline
