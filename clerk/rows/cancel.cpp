// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "clerk/place/places.hpp"
#include "clerk/rows/commands.hpp"
#include "clerk/rows/row_changes.hpp"
#include "common/base/plural.hpp"
#include "common/ledger/open/open_ledger.hpp"

namespace pipeline {

ExitStatus cancel_rows(const ClerkOptions& options) {
    const LedgerSpec ledger = ledger_to_work_on(options);
    return tell_of_changes(
        edit_ledger(ledger)->cancel(options.ids),
        [](std::uint64_t count) {
            return fmt::format("{} {} cancelled: failed, and not given again", counted(count, "invoice"),
                               verb(count, "is", "are"));
        },
        [](const RowChange& change) {
            return fmt::format("it is {}, and nothing of it waits: there is nothing to cancel",
                               to_text(change.status));
        });
}

}  // namespace pipeline
