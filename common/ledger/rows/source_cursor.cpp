// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/rows/source_cursor.hpp"

#include <utility>

namespace pipeline {

KnownSource source_after(std::optional<KnownSource> known, bool begins_anew, const CommitContext& context) {
    KnownSource next;
    if (begins_anew) {
        next.cursor = 0;
    } else if (known) {
        next = *std::move(known);
    }
    if (context.cursor && (!next.cursor || *context.cursor > *next.cursor)) {
        next.cursor = context.cursor;
        next.digest = context.digest;
    } else if (context.cursor && *context.cursor == *next.cursor && context.digest) {
        next.digest = context.digest;
    }
    if (!context.file.empty()) next.file = context.file;
    return next;
}

}  // namespace pipeline
