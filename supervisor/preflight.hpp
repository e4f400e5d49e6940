// SPDX-License-Identifier: Apache-2.0
// What can be found wrong before anything is started: directories that are not there, sources that cannot
// be read; and, when it is known what an earlier supervisor has left, a ledger that cannot be written.
#pragma once

#include <cstdint>

#include "common/segments.hpp"
#include "supervisor/options.hpp"

namespace pipeline {

// Raises the limit of open files if it must, makes the directories that are ours to make (state and runtime
// directory, the default spool), and checks the source. Returns the plan of new segments but for what the
// ledger says. Throws Failure: NoInput, CannotCreate or Configuration.
[[nodiscard]] SegmentsPlan prepare(const Options& options);

// Where the ledger says that the source goes on; 0 if it does not know it. Makes the ledger if it is not
// there yet. Throws as prepare().
[[nodiscard]] std::uint64_t start_position(const Options& options);

}  // namespace pipeline
