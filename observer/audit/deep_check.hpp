// SPDX-License-Identifier: Apache-2.0
// The deep part of an audit: the ledger examines its own storage, and a sequence (the numbers of a source
// that gives numbers instead of files) must have no gap.
#pragma once

#include <vector>

#include "common/ledger/ledger_reader.hpp"
#include "observer/audit/audit.hpp"

namespace pipeline {

struct DeepCheck {
    std::vector<std::string> findings;  // as in Audit
    std::vector<std::string> proofs;
};

// Reads the whole ledger. For each sequence, then reads its invoices once more for each 67 million numbers,
// so that the memory stays bounded.
[[nodiscard]] DeepCheck check_deep(LedgerReader& ledger, const std::vector<SourceBooks>& books);

}  // namespace pipeline
