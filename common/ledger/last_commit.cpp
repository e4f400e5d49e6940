// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/last_commit.hpp"

#include <fmt/format.h>

#include <cstring>
#include <span>
#include <vector>

#include "common/base/error.hpp"
#include "common/core/record.hpp"

namespace pipeline {

// Digests the ring index, the id's length and the id of each record. The length of an inline id is one byte,
// as in the digests of earlier releases; that of an id with a span is the byte kSpanned and four bytes. Packs
// many records into a buffer first, because a call of Sha256::add() for each record would cost more than the
// hashing itself.
Digest digest_of(const RecordRange& records) {
    constexpr std::size_t kMostBytes = sizeof(std::uint64_t) + 1 + sizeof(std::uint32_t) + kMaxIdBytes;
    Sha256 sha;
    std::array<std::byte, std::size_t{16} * 1024> packed;
    std::size_t used = 0;
    for (const std::span<Record> piece : records.pieces()) {
        for (const Record& record : piece) {
            if (packed.size() - used < kMostBytes) {
                sha.add(std::span(packed).first(used));
                used = 0;
            }
            const std::string_view id = record.id_in(records.bytes());
            std::memcpy(&packed[used], &record.ring_index, sizeof record.ring_index);
            used += sizeof record.ring_index;
            packed[used++] = static_cast<std::byte>(record.is_spanned() ? kSpanned : id.size());
            if (record.is_spanned()) {
                const auto length = static_cast<std::uint32_t>(id.size());
                std::memcpy(&packed[used], &length, sizeof length);
                used += sizeof length;
            }
            std::memcpy(&packed[used], id.data(), id.size());
            used += id.size();
        }
    }
    return sha.add(std::span(packed).first(used)).digest();
}

Continuation continue_after(const LastCommit& last, const RecordRange& records) {
    if (last.recorded == records.first()) return Continuation::Follows;
    if (last.recorded < records.first()) return Continuation::Lacks;
    if (!last.first) return Continuation::Unchecked;
    if (*last.first != records.first() || last.recorded > records.end()) return Continuation::Differs;
    const auto redone = static_cast<std::size_t>(last.recorded - records.first());
    return to_text(digest_of(records.first_ones(redone))) == last.digest ? Continuation::Redoes
                                                                         : Continuation::Differs;
}

std::size_t count_redone(const LastCommit& last, const RecordRange& records, std::string_view ledger) {
    switch (continue_after(last, records)) {
        case Continuation::Follows:
        case Continuation::Unchecked:
            return 0;
        case Continuation::Redoes:
            return static_cast<std::size_t>(last.recorded - records.first());
        case Continuation::Lacks:
            broken_invariant("a commit follows records that the ledger lacks");
        case Continuation::Differs:
            break;
    }
    throw Failure(
        ExitStatus::Configuration,
        fmt::format(
            "ledger {}: its last commit, up to result {} of this pipeline, was not of what the segments hold "
            "from {} on: one of the two is a copy of another moment; put back what belongs together, or "
            "remove the segments and let the source give again what the ledger lacks",
            ledger, last.recorded, records.first()));
}

std::string lacks_text(const LastCommit& last, std::uint64_t durable) {
    return fmt::format(
        "it lacks {} of the {} results that this pipeline has stored in it: it is an older copy, or "
        "another file",
        durable - last.recorded, durable);
}

}  // namespace pipeline
