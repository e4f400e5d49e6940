// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/engine/pg_error.hpp"

namespace pipeline {

PgError::Kind kind_of_state(std::string_view state) noexcept {
    using Kind = PgError::Kind;
    if (state == "25006") return Kind::ReadOnly;  // read_only_sql_transaction
    if (state == "42501") return Kind::Denied;    // insufficient_privilege
    if (state == "3D000") return Kind::Missing;   // invalid_catalog_name
    // A row that another host has written in this moment: the next attempt sees it.
    if (state == "23505") return Kind::Again;                      // unique_violation
    if (state == "55P03" || state == "57014") return Kind::Again;  // lock_not_available, query_canceled
    const std::string_view state_class = state.substr(0, 2);
    if (state_class == "08" || state_class == "57") return Kind::Unreachable;
    if (state_class == "40") return Kind::Again;
    if (state_class == "53" || state_class == "58") return Kind::Shortage;
    if (state_class == "28") return Kind::Denied;
    if (state_class == "22" || state_class == "23" || state_class == "42") return Kind::Schema;
    return Kind::Other;
}

}  // namespace pipeline
