// SPDX-License-Identifier: Apache-2.0
#include "observer/audit/audit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/plural.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

void add_ledger(Audit& audit, const LedgerSight& ledger) {
    for (const SourceBooks& books : ledger.books) {
        audit.acquired += books.acquired;
        audit.booked += books.booked;
        audit.rejected += books.rejected;
        audit.failed += books.failed;
        audit.waiting += books.waiting;
        audit.replaced += books.history;
        audit.duplicates += books.duplicates;
        audit.pruned += books.pruned;
        if (books.acquired == books.rows()) continue;
        audit.findings.push_back(fmt::format("the ledger counts {} acquired from {} and has {} of them",
                                             counted(books.acquired, "invoice"), printable(books.source),
                                             counted(books.rows(), "row")));
    }
}

void add_segments(Audit& audit, const Flow& flow, std::uint64_t recorded, std::uint64_t durable) {
    if (recorded > flow.saved) {
        audit.findings.push_back(fmt::format("the ledger has {} of these segments, which have saved {} only",
                                             counted(recorded, "item"), flow.saved));
        recorded = flow.saved;
    }
    audit.acquired += flow.acquired - recorded;
    audit.in_ring = flow.in_ring;
    audit.in_hands = flow.in_hands;
    audit.in_storage = flow.saved - std::max(recorded, durable);
    if (flow.missing() != 0) {
        const std::uint64_t found = flow.in_ring + flow.in_hands + flow.saved;
        audit.findings.push_back(fmt::format(
            "the ring has counted {}, {} of them {} in ring, hands and storage or went through them",
            counted(flow.acquired, "item"), static_cast<std::int64_t>(found), verb(found, "is", "are")));
    }
    if (durable > recorded) {
        audit.findings.push_back(fmt::format(
            "the segments say that {} of their items are in the ledger, which has {} of them: it is not "
            "the file that they were written to (an older copy?)",
            durable, recorded));
    }
    if (flow.outcomes.all() != flow.durable) {
        audit.findings.push_back(fmt::format("the segments say what became of {}, but {} {} in the ledger",
                                             counted(flow.outcomes.all(), "item"), flow.durable,
                                             verb(flow.durable, "is", "are")));
    }
}

}  // namespace

Audit make_audit(const std::optional<Snapshot>& snapshot, const std::optional<LedgerSight>& ledger,
                 std::uint64_t durable) {
    Audit audit;
    if (ledger) add_ledger(audit, *ledger);
    if (!snapshot) return audit;
    const Flow& flow = snapshot->flow;
    if (ledger) {
        if (ledger->is_another) {
            audit.findings.emplace_back(
                "the ledger is not the one that the segments were written to: another one is in its place");
        }
        add_segments(audit, flow, ledger->recorded.value_or(durable), durable);
        return audit;
    }
    // With `--ledger none` there are no rows: only the segments know the outcomes of durable items.
    audit.booked = flow.outcomes.booked;
    audit.rejected = flow.outcomes.rejected;
    audit.failed = flow.outcomes.failed;
    audit.waiting = flow.outcomes.waiting;
    audit.duplicates = flow.outcomes.duplicates;
    audit.acquired = flow.durable;
    add_segments(audit, flow, flow.durable, flow.durable);
    return audit;
}

}  // namespace pipeline
