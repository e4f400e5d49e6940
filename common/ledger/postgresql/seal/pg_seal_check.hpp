// SPDX-License-Identifier: Apache-2.0
// Recomputes every digest of a ledger in PostgreSQL, and so finds each row and each link that was changed,
// removed or inserted (seal_faults.hpp says what is not found).
#pragma once

#include <cstddef>
#include <optional>

#include "common/base/digest.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/postgresql/engine/pg_connection.hpp"

namespace pipeline {

// Checks a ledger within the caller's snapshot, and keeps at most `most` faults. With `head`, also whether a
// link of the ledger has this head. Reads all rows; its memory is bounded. Throws PgError.
[[nodiscard]] SelfCheck check_pg_seal(PgConnection& database, std::size_t most,
                                      const std::optional<Digest>& head);

}  // namespace pipeline
