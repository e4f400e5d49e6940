// SPDX-License-Identifier: Apache-2.0
// What can be found wrong before anything is started: directories that are not there, sources that cannot
// be read; and, when it is known what an earlier supervisor has left, a ledger that cannot be written.
#pragma once

#include <cstdint>

#include "common/core/segments/segments.hpp"
#include "supervisor/options/options.hpp"

namespace pipeline {

// Raises the limit of open files if it must, makes the directories that are ours to make (state and runtime
// directory, the default spool), and checks the source. Returns the plan of new segments but for what the
// ledger says. Throws Failure: NoInput, CannotCreate or Configuration.
[[nodiscard]] SegmentsPlan prepare(const Options& options);

// When no process of an earlier supervisor of this name is left: throws Failure (CannotCreate) if another
// pipeline holds the source.
void require_free_source(const Options& options);

// Completes the plan of new segments by what the ledger says: its own name, the source's name there, where
// that goes on (0 if the ledger does not know it, or it is to begin anew), and the digest of a list up to
// there. Says so if a list goes on under another name. Makes the ledger if it is not there yet. Throws as
// prepare().
void complete(SegmentsPlan& plan, const Options& options);

}  // namespace pipeline
