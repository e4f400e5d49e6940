// SPDX-License-Identifier: Apache-2.0
// The chains of commits (docs/ledger.md, "Sealed"). Each transaction that writes outcomes adds a link: a row
// of the table commits with the digest of what it wrote, and the chain's new head, which is the digest of the
// link and of the head before it. So a person who knows a head can tell whether anything up to it was
// changed.
//
// Each generation has a chain. The first link of a chain takes in the heads of the other chains that no first
// link has taken in before (generations.taken), so that the newest chain stands for the older ones.
//
// The decisions that people make with clerk have a chain of their own, kPeopleGeneration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/seal/commit_link.hpp"
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

// Appends links within the caller's transaction.
class CommitChain {
  public:
    // The connection must outlive this object.
    explicit CommitChain(SqliteConnection& database);

    // Returns the chain's newest link; none if it has none.
    [[nodiscard]] std::optional<ChainHead> last(std::uint64_t generation);
    // The chain's row in generations must be written already. Returns the new head.
    ChainHead append(const SealedCommit& commit);

  private:
    [[nodiscard]] std::string take_in_others(std::uint64_t generation);

    SqliteStatement find_last_, find_others_, take_in_, insert_;
};

// Writes the row of kPeopleGeneration in generations and appends the link `commit`, which is of that
// generation, within the caller's transaction.
ChainHead append_of_people(SqliteConnection& database, const SealedCommit& commit);

// Returns the newest links of all chains that no other chain has taken in, in order of their time: together
// they stand for everything in the ledger.
[[nodiscard]] std::vector<ChainHead> open_heads(SqliteConnection& database);

}  // namespace pipeline
