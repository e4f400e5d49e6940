// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/people/pg_selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "common/ledger/postgresql/people/glob_pattern.hpp"

namespace pipeline {
namespace {

std::string filters(const RowSelection& selection) {
    std::string sql;
    if (selection.reason) sql += " AND reason ~ $1";
    if (selection.since_us) sql += " AND stored_at >= $2";
    return sql;
}

}  // namespace

PgSelection::PgSelection(const RowSelection& selection)
    : selection_(selection),
      regex_(selection.reason ? regex_of_glob(*selection.reason) : std::nullopt),
      may_choose_(std::find(selection.statuses.begin(), selection.statuses.end(), true) !=
                      selection.statuses.end() &&
                  (!selection.reason || regex_)) {}

std::string PgSelection::condition(RowStatus status) const {
    return fmt::format("status = '{}'{}", to_text(status), filters(selection_));
}

std::string PgSelection::condition() const {
    std::string statuses;
    for (std::size_t i = 0; i < kRowStatuses.size(); ++i) {
        if (selection_.statuses[i])
            statuses += fmt::format("{}'{}'", statuses.empty() ? "" : ", ", kRowStatuses[i]);
    }
    if (statuses.empty()) return "false";
    return fmt::format("status IN ({}){}", statuses, filters(selection_));
}

PgParameters PgSelection::parameters() const {
    PgParameters parameters;
    if (regex_) {
        parameters.add(std::string_view(*regex_));
    } else {
        parameters.add_null_text();
    }
    if (selection_.since_us) {
        parameters.add(*selection_.since_us);
    } else {
        parameters.add_null_integer();
    }
    return parameters;
}

}  // namespace pipeline
