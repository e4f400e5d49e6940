// SPDX-License-Identifier: Apache-2.0
// Tries at the start what receipts will need: a file of a random name is made in the spool and moved through
// every folder and back. A bind mount, another file system, a folder that is immutable, read-only or not
// writable, a file system that can move only by replacing: each shows here, before anything is acquired.
//
// A kill in between leaves the probe in one of the folders, under a name that begins with a dot. The same
// name is in `.moving` from before the probe is made until after it is removed, so that the next start finds
// it without reading the folders, which may be large.
#pragma once

#include <string>

#include "producer/sources/file_moves.hpp"
#include "producer/sources/spool/outcome_folders.hpp"

namespace pipeline {

// Removes what killed probes have left, then tries. Where RENAME_NOREPLACE is missing, `moves` uses links
// from now on. What has run out (space, memory) is reported and not a failure: moves are tried again later.
// Throws Failure (CannotCreate) with the cause; `spool` is the spool's path.
void probe_spool(const OutcomeFolders& folders, const std::string& spool, FileMoves& moves);

// True of a probe's name.
[[nodiscard]] bool is_probe(std::string_view name) noexcept;

}  // namespace pipeline
