// SPDX-License-Identifier: Apache-2.0
// Checks made before anything starts: missing directories, unreadable sources; and, once the supervisor knows
// what an earlier one left, a ledger that cannot be written.
#pragma once

#include <cstdint>

#include "common/core/segments/segments.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// Raises the limit of open files if needed, creates our directories (state and runtime directory, the default
// spool), and checks the source. Returns the plan of new segments, without the ledger's part. Throws Failure:
// NoInput, CannotCreate or Configuration.
[[nodiscard]] SegmentsPlan prepare(const Options& options);

// Throws Failure (CannotCreate) if another pipeline holds the source. Call it when no process of an earlier
// supervisor of this name is left.
void require_free_source(const Options& options);

// Completes the plan of new segments from the ledger: the ledger's own name, the source's name in it, the
// position where the source goes on (0 if the ledger does not know it, or with --from-start), and the digest
// of a list up to there. Logs it if a list goes on under another name. Creates a missing ledger. Throws as
// prepare().
void complete(SegmentsPlan& plan, const Options& options);

}  // namespace pipeline
