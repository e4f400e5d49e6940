// SPDX-License-Identifier: Apache-2.0
// The deep part of an audit: the ledger examines how it is stored, and a sequence must have no gap.
#pragma once

#include <vector>

#include "common/ledger/ledger_reader.hpp"
#include "observer/audit/audit.hpp"

namespace pipeline {

struct DeepCheck {
    std::vector<std::string> findings;  // as in Audit
    std::vector<std::string> proofs;
};

// Reads the whole ledger, and the invoices again for every 67 million numbers of a sequence. Uses bounded
// memory.
[[nodiscard]] DeepCheck check_deep(LedgerReader& ledger, const std::vector<SourceBooks>& books);

}  // namespace pipeline
