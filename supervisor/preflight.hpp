// SPDX-License-Identifier: Apache-2.0
// What can be found wrong before anything is started: directories that are not there, sources that cannot
// be read, a ledger that cannot be written.
#pragma once

#include <cstdint>
#include <optional>

#include "common/segments.hpp"
#include "supervisor/options.hpp"

namespace pipeline {

// Raises the limit of open files if it must, makes the directories that are ours to make (state and runtime
// directory, the default spool), checks the source, and opens the ledger once (which makes it, with its
// schema). Returns the plan of new segments but for the start position. Throws Failure: NoInput, CannotCreate
// or Configuration.
[[nodiscard]] SegmentsPlan prepare(const Options& options);

// Where the ledger says that the source goes on; 0 if it does not know it. Throws as prepare().
[[nodiscard]] std::uint64_t start_position(const Options& options);

// How many records of that generation of segments the ledger has; none: it does not count. Throws as
// prepare().
[[nodiscard]] std::optional<std::uint64_t> recorded(const Options& options, std::uint64_t generation);

}  // namespace pipeline
