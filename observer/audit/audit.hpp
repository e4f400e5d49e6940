// SPDX-License-Identifier: Apache-2.0
// The audit balances acquired invoices against where they are. It counts both sides separately:
//
//     acquired                                the ledger's own count, plus the ring's count of later items
//     booked, rejected, failed, waiting,
//     replaced (history), duplicates, pruned  the ledger's rows, one by one
//     in the ring, in hands, in storage       the segments' indices
//
// The ledger's snapshot names the last record of this generation that it contains; later records are in
// flight. So the counts from the ledger and from the segments fit together even at full speed. docs/ledger.md
// defines the counts over several generations. An invoice that was given again counts once for each outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ledger/ledger_reader.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {

struct Audit {
    std::uint64_t acquired = 0;
    std::uint64_t booked = 0;
    std::uint64_t rejected = 0;
    std::uint64_t failed = 0;
    std::uint64_t waiting = 0;
    std::uint64_t replaced = 0;  // outcomes in the table history
    std::uint64_t duplicates = 0;
    std::uint64_t pruned = 0;  // outcomes that people have removed
    std::uint64_t in_ring = 0;
    std::uint64_t in_hands = 0;
    std::uint64_t in_storage = 0;
    // One sentence for each fault that was found. A deep check adds the faults that only it can find.
    std::vector<std::string> findings;
    // One sentence for each property of the ledger that a deep check has proved.
    std::vector<std::string> proofs;

    // The number of acquired invoices that were found nowhere; negative if some were found twice.
    [[nodiscard]] std::int64_t difference() const noexcept {
        return static_cast<std::int64_t>(acquired - booked - rejected - failed - waiting - replaced -
                                         duplicates - pruned - in_ring - in_hands - in_storage);
    }
    [[nodiscard]] bool is_balanced() const noexcept { return difference() == 0 && findings.empty(); }
};

// The data that an audit takes from the ledger.
struct LedgerSight {
    std::vector<SourceBooks> books;
    std::optional<std::uint64_t> recorded;  // how many items of this generation the ledger has; none: unknown
    bool is_another = false;                // true: the segments were written to another ledger
};

// Makes the audit. `snapshot` is none if the segments are removed already. `ledger` is none if the pipeline
// has no ledger. `durable` is the segments' durable count, read before the ledger was opened.
[[nodiscard]] Audit make_audit(const std::optional<Snapshot>& snapshot,
                               const std::optional<LedgerSight>& ledger, std::uint64_t durable);

}  // namespace pipeline
