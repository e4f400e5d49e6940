// SPDX-License-Identifier: Apache-2.0
// The last commit of a generation of segments, as its ledger has it, and how what the segments hold fits to
// it. A flush leader that is killed after its COMMIT leaves records that are in the ledger while the segments
// do not say so. Its successor finds them by their range and by a digest of which invoices they were, and
// must find exactly these: anything else means that segments and ledger do not belong together any more.
//
//     durable == recorded   nothing was left
//     durable <  recorded   [durable, recorded) was the last commit: it is *redone*, that is left as it is
//     durable >  recorded   the ledger lacks what it once had: an older copy, or another file
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/digest.hpp"

namespace pipeline {

class RecordRange;

struct LastCommit {
    std::uint64_t recorded = 0;  // the generation's records below this index are in the ledger
    // The commit was of records [first, recorded); none of the two if a version before 3 wrote it.
    std::optional<std::uint64_t> first;
    std::string digest;  // of that range, in hexadecimal digits
};

// Of the ids and ring indices of the records.
[[nodiscard]] Digest digest_of(const RecordRange& records);

enum class Continuation : std::uint8_t {
    Follows,    // all of the records are new
    Redoes,     // the first ones, up to `recorded`, are the last commit
    Unchecked,  // some may be in the ledger: an older version has not written down which
    Lacks,      // the ledger does not have all records before them
    Differs,    // what it has from the first of them on is not what they are
};

// `records` begin with the first one that the segments do not call durable, and reach at least as far as any
// commit of them can have reached.
[[nodiscard]] Continuation continue_after(const LastCommit& last, const RecordRange& records);

// What is wrong with a ledger that lacks some of `durable` records.
[[nodiscard]] std::string lacks_text(const LastCommit& last, std::uint64_t durable);

}  // namespace pipeline
