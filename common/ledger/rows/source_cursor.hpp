// SPDX-License-Identifier: Apache-2.0
// The ledger's entry for a source, after a commit.
#pragma once

#include <optional>

#include "common/ledger/ledger.hpp"

namespace pipeline {

// Returns the source's new entry. `known` is its entry before, if it has one. `begins_anew`: the commit is
// the first one of a generation that restarted the source.
//
// The cursor never goes back, because positions rise and the ledger has every invoice before the cursor. The
// one exception is a source that begins anew. The entry's digest, if any, is always that of the bytes before
// the cursor.
[[nodiscard]] KnownSource source_after(std::optional<KnownSource> known, bool begins_anew,
                                       const CommitContext& context);

}  // namespace pipeline
