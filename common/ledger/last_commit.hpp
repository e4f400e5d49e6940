// SPDX-License-Identifier: Apache-2.0
// A generation's last commit in the ledger, and how the segments' records continue it. A flush leader killed
// after its COMMIT leaves records that the ledger has and the segments do not call durable. Its successor
// recognizes them by their range and a digest of their ids, and must find exactly these: any difference means
// that segments and ledger no longer belong together.
//
//     durable == recorded   nothing was left
//     durable <  recorded   [durable, recorded) was the last commit: it is *redone*, that is left as it is
//     durable >  recorded   the ledger lost records: it is an older copy, or another file
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/digest.hpp"

namespace pipeline {

class RecordRange;

struct LastCommit {
    std::uint64_t recorded = 0;  // the generation's records below this index are in the ledger
    // The commit wrote records [first, recorded); `first` and `digest` are unset if a version before 3 wrote
    // it.
    std::optional<std::uint64_t> first;
    std::string digest;  // of that range, in hexadecimal digits
};

// The digest of the records' ids and ring indices.
[[nodiscard]] Digest digest_of(const RecordRange& records);

enum class Continuation : std::uint8_t {
    Follows,    // all records are new
    Redoes,     // the first ones, up to `recorded`, are the last commit
    Unchecked,  // some may be in the ledger: an older version did not record which
    Lacks,      // the ledger lacks earlier records
    Differs,    // the ledger has other records from the first one on
};

// `records` begin with the first one that the segments do not call durable, and reach at least as far as any
// commit of them can have reached.
[[nodiscard]] Continuation continue_after(const LastCommit& last, const RecordRange& records);

// Says what is wrong with a ledger that lacks some of `durable` records.
[[nodiscard]] std::string lacks_text(const LastCommit& last, std::uint64_t durable);

}  // namespace pipeline
