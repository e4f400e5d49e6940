// SPDX-License-Identifier: Apache-2.0
#include "observer/hosts/hosts_command.hpp"

#include <fmt/format.h>

#include <optional>

#include "common/base/error.hpp"
#include "common/base/output.hpp"
#include "common/core/segments/segments_finder.hpp"
#include "common/core/segments/segments_view.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/segments_ledger.hpp"
#include "observer/hosts/hosts_view.hpp"

namespace pipeline {
namespace {

LedgerSpec shared_ledger(const ObserverOptions& options) {
    std::optional<LedgerSpec> ledger = options.ledger;
    if (!ledger) {
        const auto segments = SegmentsView::open(SegmentsFinder(options.name, options.lock_dirs).find());
        if (segments) ledger = ledger_of(*segments);
    }
    if (ledger && ledger->is_shared()) return *std::move(ledger);
    throw Failure(ExitStatus::Usage,
                  fmt::format("--hosts: {}; name one that hosts share with --ledger postgresql://...",
                              ledger ? fmt::format("the ledger '{}' is of this host alone", ledger->text())
                                     : fmt::format("there is no pipeline of --name '{}'", options.name)));
}

}  // namespace

ExitStatus show_hosts(const ObserverOptions& options) {
    const LedgerSpec ledger = shared_ledger(options);
    LedgerHosts hosts;
    static_cast<void>(browse_ledger(ledger, [&](LedgerBrowser& browser) { hosts = browser.hosts(); }));
    print_output(options.json ? hosts_json(ledger.text(), hosts) + "\n" : hosts_text(ledger.text(), hosts));
    return ExitStatus::Drained;
}

}  // namespace pipeline
