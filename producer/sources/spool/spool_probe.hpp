// SPDX-License-Identifier: Apache-2.0
// Tests at the start what receipts will need: creates a file with a random name in the spool and moves it
// through every folder and back. This reveals a bind mount, another file system, a folder that is immutable,
// read-only or not writable, and a file system that can move only by replacing, before anything is acquired.
//
// A kill in between leaves the probe in one of the folders, under a name that begins with a dot. `.moving`
// has an entry of the same name from before the probe is created until after it is removed, so that the next
// start finds it without reading the folders, which may be large.
#pragma once

#include <string>

#include "producer/sources/file_moves.hpp"
#include "producer/sources/spool/outcome_folders.hpp"

namespace pipeline {

// Removes leftovers of killed probes, then tests. If RENAME_NOREPLACE is missing, `moves` uses links from now
// on. Reports a shortage (space, memory), which is no failure: moves are retried later.
// Throws Failure (CannotCreate) with the cause; `spool` is the spool's path.
void probe_spool(const OutcomeFolders& folders, const std::string& spool, FileMoves& moves);

// True for a probe's name.
[[nodiscard]] bool is_probe(std::string_view name) noexcept;

}  // namespace pipeline
