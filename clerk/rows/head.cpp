// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "common/base/output.hpp"
#include "common/base/printable.hpp"
#include "common/ledger/open/open_ledger.hpp"
#include "common/ledger/readable_field.hpp"

namespace pipeline {

ExitStatus show_head(const ClerkOptions& options) {
    std::string text;
    static_cast<void>(browse_ledger(ledger_to_work_on(options), [&](LedgerBrowser& browser) {
        text.clear();
        for (const OpenHead& head : browser.heads()) {
            text += fmt::format("{}  {:016x} {}  {} UTC  {}\n", to_text(head.head), head.generation,
                                head.number, utc_text(head.stored_at_us), printable(head.source));
        }
    }));
    if (text.empty()) text = "the ledger has no commit yet\n";
    print_output(text);
    return ExitStatus::Drained;
}

}  // namespace pipeline
