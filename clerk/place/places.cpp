// SPDX-License-Identifier: Apache-2.0
#include "clerk/place/places.hpp"

#include <fmt/format.h>

#include "common/base/error.hpp"
#include "common/core/segments/segments_finder.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/ledger/segments_ledger.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {

std::string segments_name(const ClerkOptions& options) {
    if (!options.shm_dir.empty()) return segments_in(options.shm_dir, options.name);
    return SegmentsFinder(options.name, options.lock_dirs).find();
}

LedgerSpec ledger_to_work_on(const ClerkOptions& options) {
    if (options.ledger) return *options.ledger;
    if (const auto segments = SegmentsView::open(segments_name(options))) {
        LedgerSpec own = ledger_of(*segments);
        if (own.keeps_rows()) return own;
        throw Failure(ExitStatus::Configuration,
                      fmt::format("the pipeline '{}' has the ledger '{}', which keeps no rows; name another "
                                  "one with --ledger",
                                  options.name, own.text()));
    }
    if (options.state_dir.empty()) {
        throw Failure(ExitStatus::Usage,
                      "--ledger is missing: there is no pipeline of that --name, and no --state-dir either");
    }
    return {LedgerSpec::Kind::Sqlite, options.state_dir / "invoices.db", {}};
}

}  // namespace pipeline
