// SPDX-License-Identifier: Apache-2.0
// The rows that no chain covers, because a version of this program without chains has written them. They have
// no generation, or come before the first result that their generation's chain covers.
#pragma once

#include <functional>

#include "common/base/digest.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Calls `take` with the digest of each such row in invoices, history, duplicates and pruned, in the order of
// the digests: the order does not depend on the table in which a row is now. `is_elsewhere` tells that the
// row is not in invoices. The connection must have the function kRowDigest. SQLite sorts the digests, in
// temporary files or, in a connection that writes none, in memory: about 50 bytes a row.
void for_each_before(SqliteConnection& database,
                     const std::function<void(const Digest& digest, bool is_elsewhere)>& take);

}  // namespace pipeline
