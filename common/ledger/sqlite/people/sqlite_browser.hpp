// SPDX-License-Identifier: Apache-2.0
// Browses an SQLite ledger.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "common/ledger/ledger_browser.hpp"

namespace pipeline {

// Reads as browse_ledger() does. The ledger must have the schema of this program's version.
void browse_sqlite_ledger(const std::filesystem::path& path,
                          const std::function<void(LedgerBrowser&)>& browse,
                          std::optional<std::chrono::steady_clock::time_point> until = std::nullopt);

}  // namespace pipeline
