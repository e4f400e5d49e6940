// SPDX-License-Identifier: Apache-2.0
// The lookup in an SQLite ledger. After it has opened the file as a writer does, it only reads: one short
// transaction a question, which blocks no writer.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/ledger/ledger_lookup.hpp"

namespace pipeline {

// As make_ledger_lookup(). Opens the file `path` at the first question.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_sqlite_lookup(std::filesystem::path path, std::string source,
                                                               const KnownLedger& known);

}  // namespace pipeline
