// SPDX-License-Identifier: Apache-2.0
// The lookup in an SQLite ledger. It opens the file as a writer does, and then only reads: each question is
// one short transaction, which blocks no writer.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/ledger/ledger_lookup.hpp"

namespace pipeline {

// Makes a lookup as make_ledger_lookup() does. The first question opens the file `path`.
[[nodiscard]] std::unique_ptr<LedgerLookup> make_sqlite_lookup(std::filesystem::path path, std::string source,
                                                               const KnownLedger& known);

}  // namespace pipeline
