// SPDX-License-Identifier: Apache-2.0
// Reads a ledger for a summary: nothing depends on it, so no fault of the ledger is an error here, and nobody
// waits long for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Calls `read` with a snapshot of the ledger at `path`. If a writer disturbed the snapshot, or if the ledger
// cannot be read now, tries again until `deadline`, at least once; `read` must then discard the data of its
// earlier call. Returns false if no reading succeeded; the data of the last call is then of no use.
[[nodiscard]] bool read_patiently(const std::filesystem::path& path,
                                  std::chrono::steady_clock::time_point deadline,
                                  const std::function<void(SqliteConnection&)>& read);

}  // namespace pipeline
