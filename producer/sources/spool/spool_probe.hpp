// SPDX-License-Identifier: Apache-2.0
// Tests, when the producer starts, whether finished files can be moved (spool_receipts.hpp): creates a file
// with a random name in the spool and moves it through every folder and back. Before anything is acquired,
// this reveals a bind mount, another file system, a folder that is immutable, read-only or not writable, and
// a file system that can move only by replacing.
//
// A kill in between leaves the probe's file in one of the folders, under a name that begins with a dot.
// `.moving` has a second file of the same name from before the probe begins until after it ends, so that the
// next start learns the name without reading the other folders, which may be large.
#pragma once

#include <string>

#include "producer/sources/file_moves.hpp"
#include "producer/sources/spool/outcome_folders.hpp"

namespace pipeline {

// Removes the files of killed probes, then tests whether files can be moved. If the file system has no
// RENAME_NOREPLACE, calls moves.use_links(). Throws Failure (CannotCreate) with the cause if files cannot be
// moved. Only logs a failure that may pass (such as a full disk), because moves are retried later. `spool` is
// the spool's path.
void probe_spool(const OutcomeFolders& folders, const std::string& spool, FileMoves& moves);

// True if `name` is the name of a probe's file.
[[nodiscard]] bool is_probe(std::string_view name) noexcept;

}  // namespace pipeline
