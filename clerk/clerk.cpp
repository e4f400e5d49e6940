// SPDX-License-Identifier: Apache-2.0
#include "clerk/clerk.hpp"

#include "clerk/leftovers/discard.hpp"
#include "clerk/rows/commands.hpp"
#include "common/base/error.hpp"

namespace pipeline {

ExitStatus serve_people(const ClerkOptions& options) {
    switch (options.command) {
        case ClerkCommand::List:
            return list_rows(options);
        case ClerkCommand::Show:
            return show_row(options);
        case ClerkCommand::Retry:
            return retry_rows(options);
        case ClerkCommand::Cancel:
            return cancel_rows(options);
        case ClerkCommand::Prune:
            return prune_rows(options);
        case ClerkCommand::Head:
            return show_head(options);
        case ClerkCommand::Export:
            return export_rows(options);
        case ClerkCommand::Discard:
            return discard_leftovers(options);
    }
    broken_invariant("the clerk has no such command");
}

}  // namespace pipeline
