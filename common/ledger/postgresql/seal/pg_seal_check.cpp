// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/seal/pg_seal_check.hpp"

#include "common/ledger/postgresql/seal/pg_chain_books.hpp"
#include "common/ledger/postgresql/seal/pg_pruned_check.hpp"
#include "common/ledger/postgresql/seal/pg_row_check.hpp"

namespace pipeline {

// Ledgers in PostgreSQL have had chains from the beginning.
SelfCheck check_pg_seal(PgConnection& database, std::size_t most, const std::optional<Digest>& head) {
    SealFaults faults(most);
    PgChainBooks books(database);
    const ChainTotals chains = check_chains(books, false, head, faults);
    const std::uint64_t rows = check_pg_rows(database, faults);
    check_pg_pruned(database, faults);
    SelfCheck check;
    check.faults = faults.take();
    if (check.faults.empty()) check.proof = sealed_proof(rows, chains);
    return check;
}

}  // namespace pipeline
