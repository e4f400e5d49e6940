// SPDX-License-Identifier: Apache-2.0
// The deep part of an audit. It checks that the ledger's file is not damaged, that nobody has changed what
// was committed, and that no number is missing from a sequence (a source that gives the numbers 1, 2, 3 ...
// instead of files).
#pragma once

#include <optional>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/ledger_reader.hpp"
#include "observer/audit/audit.hpp"

namespace pipeline {

struct DeepCheck {
    std::vector<std::string> findings;  // as in Audit
    std::vector<std::string> proofs;
};

// Reads the whole ledger. Then checks each sequence in steps of 67 million numbers, so that the memory stays
// bounded. Each step reads the rows of the sequence once more. With `head`, checks also that the ledger has a
// commit with this head.
[[nodiscard]] DeepCheck check_deep(LedgerReader& ledger, const std::vector<SourceBooks>& books,
                                   const std::optional<Digest>& head);

}  // namespace pipeline
