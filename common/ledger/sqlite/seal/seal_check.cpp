// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/seal_check.hpp"

#include "common/ledger/sqlite/seal/digest_sql.hpp"
#include "common/ledger/sqlite/seal/row_check.hpp"
#include "common/ledger/sqlite/seal/sqlite_chains.hpp"

namespace pipeline {

SelfCheck check_seal(SqliteConnection& database, std::size_t most, const std::optional<Digest>& head) {
    database.define_digest(kRowDigest);
    SealFaults faults(most);
    SqliteChains books(database);
    const ChainTotals chains = check_chains(books, true, head, faults);
    const std::uint64_t rows = check_rows(database, faults);
    SelfCheck check;
    check.faults = faults.take();
    if (check.faults.empty()) check.proof = sealed_proof(rows, chains);
    return check;
}

}  // namespace pipeline
