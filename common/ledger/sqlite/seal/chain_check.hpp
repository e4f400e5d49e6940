// SPDX-License-Identifier: Apache-2.0
// Recomputes the heads of all chains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/digest.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"
#include "common/ledger/sqlite/seal/seal_check.hpp"

namespace pipeline {

struct ChainTotals {
    std::uint64_t chains = 0;
    std::uint64_t links = 0;
    std::string found;  // half a sentence about the link whose head was asked for; empty: there is none
};

// Checks that each chain has all its links, that each head follows from its link and from the head before it,
// that the chain reaches as far as the generation's count of results, and that each head that a chain has
// taken in is still that link's. With `head`, a ledger without a link of this head has a fault.
[[nodiscard]] ChainTotals check_chains(SqliteConnection& database, const std::optional<Digest>& head,
                                       SealFaults& faults);

}  // namespace pipeline
