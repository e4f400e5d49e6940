// SPDX-License-Identifier: Apache-2.0
// Creates a ledger file. The file gets its name once it is complete and synced, so no partial ledger ever has
// that name:
//
//     a kill before that   leaves FILE.new-XXXXXXXX, which no program reads and anybody may remove
//     a kill after that    leaves the ledger. If the file system cannot rename without replacing, the ledger
//                          may have both names; the next program that opens it removes the temporary name
#pragma once

#include <filesystem>

#include "common/ledger/sqlite/ledger_look.hpp"

namespace pipeline {

// Creates an empty ledger of this program's schema version at `path`, unless a file is there already. Throws
// SqliteError.
void make_ledger_file(const std::filesystem::path& path);

// Removes the temporary name of the ledger `file` at `path`, if the creator was killed while the ledger had
// both names.
void remove_name_of_making(const std::filesystem::path& path, const FileIdentity& file);

}  // namespace pipeline
