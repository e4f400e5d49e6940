// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/seal/seal_check.hpp"

#include <fmt/format.h>

#include <utility>

#include "common/base/plural.hpp"
#include "common/ledger/sqlite/seal/chain_check.hpp"
#include "common/ledger/sqlite/seal/digest_sql.hpp"
#include "common/ledger/sqlite/seal/row_check.hpp"

namespace pipeline {

SelfCheck check_seal(SqliteConnection& database, std::size_t most, const std::optional<Digest>& head) {
    database.define_digest(kRowDigest);
    SealFaults faults(most);
    const ChainTotals chains = check_chains(database, head, faults);
    const std::uint64_t rows = check_rows(database, faults);
    SelfCheck check;
    check.faults = faults.take();
    if (faults.count() > most)
        check.faults.push_back(fmt::format("and {} more", counted(faults.count() - most, "fault")));
    if (check.faults.empty()) {
        check.proof = fmt::format("sealed: {} in {} of {} are as they were written", counted(rows, "outcome"),
                                  counted(chains.links, "commit"), counted(chains.chains, "chain"));
        if (!chains.found.empty()) check.proof += "; " + chains.found;
    }
    return check;
}

}  // namespace pipeline
