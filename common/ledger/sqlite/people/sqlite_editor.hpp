// SPDX-License-Identifier: Apache-2.0
// Edits an SQLite ledger.
#pragma once

#include <filesystem>
#include <memory>

#include "common/ledger/ledger_editor.hpp"

namespace pipeline {

// Opens the file as edit_ledger() does.
[[nodiscard]] std::unique_ptr<LedgerEditor> make_sqlite_editor(const std::filesystem::path& path);

}  // namespace pipeline
