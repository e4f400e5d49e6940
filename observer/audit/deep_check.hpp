// SPDX-License-Identifier: Apache-2.0
// What an audit looks at when it is to look deep: the ledger's file itself, and that a sequence has no gap.
#pragma once

#include <vector>

#include "common/ledger/sqlite/ledger_reader.hpp"
#include "observer/audit/audit.hpp"

namespace pipeline {

struct DeepCheck {
    std::vector<std::string> findings;  // as Audit's
    std::vector<std::string> proofs;
};

// Reads the whole file, invoices once more for every 67 million numbers of a sequence. In bounded memory.
[[nodiscard]] DeepCheck check_deep(LedgerReader& ledger, const std::vector<SourceBooks>& books);

}  // namespace pipeline
