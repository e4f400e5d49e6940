// SPDX-License-Identifier: Apache-2.0
#include "observer/audit/audit_command.hpp"

#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/base/output.hpp"
#include "common/core/segments/segments_finder.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/segments_ledger.hpp"
#include "observer/audit/audit.hpp"
#include "observer/audit/audit_view.hpp"
#include "observer/audit/deep_check.hpp"
#include "observer/see/foreign_segments.hpp"
#include "observer/see/snapshot.hpp"

namespace pipeline {
namespace {

// Returns the pipeline's own ledger or, if there is no pipeline, the ledger that the options name.
LedgerSpec ledger_to_audit(const ObserverOptions& options, const std::optional<SegmentsView>& segments) {
    if (segments) {
        LedgerSpec own = ledger_of(*segments);
        if (options.ledger && options.ledger->text() != own.text()) {
            throw Failure(
                ExitStatus::Configuration,
                fmt::format("--ledger '{}' is not the ledger of the pipeline '{}', which is '{}'; leave "
                            "--ledger out, or give another --name",
                            options.ledger->text(), options.name, own.text()));
        }
        return own;
    }
    if (options.ledger) return *options.ledger;
    if (options.state_dir.empty()) {
        throw Failure(ExitStatus::Usage,
                      "--ledger is missing: there is no pipeline of that --name, and no --state-dir either");
    }
    return {LedgerSpec::Kind::Sqlite, options.state_dir / "invoices.db"};
}

}  // namespace

ExitStatus audit_pipeline(const ObserverOptions& options) {
    const std::uint64_t cuts = cut_pages();
    const std::string place = SegmentsFinder(options.name, options.lock_dirs).find();
    const auto segments = SegmentsView::open(place);
    const LedgerSpec ledger = ledger_to_audit(options, segments);
    AuditSubject subject{options.name, ledger.text(), std::nullopt};
    Audit audit;
    // Read this count before the ledger is opened: the ledger's snapshot then has at least these records.
    const std::uint64_t durable = segments ? segments->storage().durable() : 0;
    const bool is_read = read_ledger(ledger, [&](LedgerReader& reader) {
        LedgerSight sight;
        if (segments) {
            const RingArea& ring = segments->ring().area();
            if (const auto last = reader.last_commit(ring.header.generation)) sight.recorded = last->recorded;
            sight.is_another = ring.ledger_id != 0 && reader.id() != 0 && reader.id() != ring.ledger_id;
            // Take the segments' snapshot before books(), which reads for long: a record that is saved
            // meanwhile would count as in storage.
            subject.snapshot = take_snapshot(*segments);
        }
        sight.books = reader.books();
        audit = make_audit(subject.snapshot, sight, durable);
        if (!options.deep) return;
        DeepCheck deep = check_deep(reader, sight.books, options.head);
        audit.findings.insert(audit.findings.end(), deep.findings.begin(), deep.findings.end());
        audit.proofs = std::move(deep.proofs);
    });
    if (!is_read) {
        if (!segments) {
            throw Failure(ExitStatus::NoInput,
                          fmt::format("there is no pipeline of --name '{}', and without it and a ledger "
                                      "there is nothing to audit",
                                      options.name));
        }
        subject.snapshot = take_snapshot(*segments);
        audit = make_audit(subject.snapshot, std::nullopt, durable);
    }
    require_no_cuts_since(cuts, place);
    print_output(options.json ? audit_json(subject, audit) + "\n" : audit_text(subject, audit));
    return audit.is_balanced() ? ExitStatus::Drained : ExitStatus::DataError;
}

}  // namespace pipeline
