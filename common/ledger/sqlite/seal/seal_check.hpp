// SPDX-License-Identifier: Apache-2.0
// Recomputes every digest of a ledger, and so finds each row and each link that was changed, removed or
// inserted (seal_faults.hpp says what is not found).
#pragma once

#include <cstddef>
#include <optional>

#include "common/base/digest.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Checks a ledger of version 6 or later, within the caller's snapshot, and keeps at most `most` faults. With
// `head`, also whether a link of the ledger has this head. Reads all rows; its memory is bounded, but for
// what for_each_before() says.
[[nodiscard]] SelfCheck check_seal(SqliteConnection& database, std::size_t most,
                                   const std::optional<Digest>& head);

}  // namespace pipeline
