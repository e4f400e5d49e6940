// SPDX-License-Identifier: Apache-2.0
// The audit: what was acquired, set against where it is. Both sides are counted separately:
//
//     acquired    the ledger's own count, and what the ring has counted beyond it
//     booked, rejected, failed, duplicates    the ledger's rows, one by one
//     in the ring, in hands, in storage       the segments' indices
//
// The ledger's snapshot says up to which record of this generation it goes, and what comes after that record
// is in flight: the two halves fit together at full speed, too. docs/ledger.md says what the counts mean over
// several generations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/sqlite/ledger_reader.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct Audit {
    std::uint64_t acquired = 0;
    std::uint64_t booked = 0;
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t in_ring = 0;
    std::uint64_t in_hands = 0;
    std::uint64_t in_storage = 0;
    // What is wrong, a line each: where the difference comes from, and what only a deep look has found.
    std::vector<std::string> findings;
    // What a deep look has found right, a line each.
    std::vector<std::string> proofs;

    // Acquired invoices that are nowhere; negative if some are counted twice.
    [[nodiscard]] std::int64_t difference() const noexcept {
        return static_cast<std::int64_t>(acquired - booked - rejected - failed - duplicates - in_ring -
                                         in_hands - in_storage);
    }
    [[nodiscard]] bool is_balanced() const noexcept { return difference() == 0 && findings.empty(); }
};

// A ledger's part.
struct LedgerSight {
    std::vector<SourceBooks> books;
    std::optional<std::uint64_t> recorded;  // of the snapshot's generation; none: the ledger does not count
    bool is_another = false;                // it is not the one that the segments were written to
};

// Either part may be missing: a pipeline without a ledger, a ledger without segments. `durable` is what the
// segments called durable before the ledger was opened.
[[nodiscard]] Audit make_audit(const std::optional<Snapshot>& snapshot,
                               const std::optional<LedgerSight>& ledger, std::uint64_t durable);

}  // namespace pipeline
