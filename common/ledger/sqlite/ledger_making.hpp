// SPDX-License-Identifier: Apache-2.0
// A new ledger file. It gets its name when it is whole and synced, so that a file of that name is never half
// of one:
//
//     a kill before that   leaves FILE.new-XXXXXXXX, which nobody reads and anybody may remove
//     a kill after it      leaves the ledger; where the file system cannot rename without replacing, for a
//     moment
//                          under both names, of which the next opening takes the first away
#pragma once

#include <filesystem>

#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

// Makes a ledger of this version without rows at `path`, unless there is a file already. Throws SqliteError.
void make_ledger_file(const std::filesystem::path& path);

// Takes away the first name of a ledger whose maker was killed between its two names.
void remove_name_of_making(const std::filesystem::path& path, const FileIdentity& file);

}  // namespace pipeline
