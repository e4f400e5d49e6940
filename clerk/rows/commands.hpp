// SPDX-License-Identifier: Apache-2.0
// The commands on the rows of a ledger. Each returns the exit status, and throws Failure.
#pragma once

#include "clerk/options/options.hpp"
#include "common/base/exit_status.hpp"

namespace pipeline {

// Prints the rows that are chosen, the newest first, and how many more there are.
[[nodiscard]] ExitStatus list_rows(const ClerkOptions& options);
// Prints everything that is known of one id. NoInput: it is unknown.
[[nodiscard]] ExitStatus show_row(const ClerkOptions& options);
// Makes rows due: by ids, or all that are chosen, after a question. NoInput: an id is unknown. NotDrained:
// the answer was no.
[[nodiscard]] ExitStatus retry_rows(const ClerkOptions& options);
// Cancels rows by ids. NoInput: an id is unknown.
[[nodiscard]] ExitStatus cancel_rows(const ClerkOptions& options);
// Removes old rows, after a question, and says how many there were. NotDrained: the answer was no.
[[nodiscard]] ExitStatus prune_rows(const ClerkOptions& options);
// Prints the heads of the ledger's chains.
[[nodiscard]] ExitStatus show_head(const ClerkOptions& options);
// Prints all rows that are chosen, as csv or JSON lines.
[[nodiscard]] ExitStatus export_rows(const ClerkOptions& options);

}  // namespace pipeline
