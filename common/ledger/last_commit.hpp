// SPDX-License-Identifier: Apache-2.0
// A generation's last commit in the ledger, and how the segments' records continue it. A flush leader killed
// after its COMMIT leaves records that the ledger has but the segments do not call durable. The next leader
// recognizes these records by their range and by a digest of their ids. It must find exactly these records:
// any difference means that segments and ledger no longer belong together.
//
//     durable == recorded   the last commit left no such records
//     durable <  recorded   [durable, recorded) was the last commit: the next leader *redoes* it, and changes
//                           none of its rows
//     durable >  recorded   the ledger has lost records: it is an older copy, or another file
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"

namespace pipeline {

class RecordRange;

struct LastCommit {
    std::uint64_t recorded = 0;  // the generation's records below this index are in the ledger
    // The commit wrote records [first, recorded). `first` and `digest` are unset if the ledger had schema
    // version 1 or 2 when it recorded the commit.
    std::optional<std::uint64_t> first;
    std::string digest;  // of records [first, recorded), in hexadecimal digits
};

// Returns a digest of the records' ids and ring indices.
[[nodiscard]] Digest digest_of(const RecordRange& records);

enum class Continuation : std::uint8_t {
    Follows,    // all records are new
    Redoes,     // the records below `recorded` are the last commit's; the others are new
    Unchecked,  // some records may be in the ledger: an older version did not record which
    Lacks,      // the ledger lacks records that come before these
    Differs,    // the last commit's records are not the first of these
};

// Tells how `records` continue the last commit. `records` must begin with the first record that the segments
// do not call durable, and must include every record that the last commit may have written.
[[nodiscard]] Continuation continue_after(const LastCommit& last, const RecordRange& records);

// Returns how many of `records` the last commit has written already. Throws Failure Configuration if the last
// commit's records are not the first of these. `ledger` is the ledger's name, for the message. Only for
// records of which the ledger lacks none before.
[[nodiscard]] std::size_t count_redone(const LastCommit& last, const RecordRange& records,
                                       std::string_view ledger);

// Returns half a sentence for an error message: it says that the ledger lacks some of the first `durable`
// records.
[[nodiscard]] std::string lacks_text(const LastCommit& last, std::uint64_t durable);

}  // namespace pipeline
