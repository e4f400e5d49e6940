// SPDX-License-Identifier: Apache-2.0
// The links of which the chains of commits consist (docs/ledger.md, "Sealed"). Each transaction that writes
// outcomes adds a link: the digest of what it wrote, and the chain's new head, which is the digest of the
// link and of the head before it. So a person who knows a head can tell whether anything up to it was
// changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"

namespace pipeline {

// The chain of what people decide, and of what a migration finds. No pipeline has this generation.
inline constexpr std::uint64_t kPeopleGeneration = ~std::uint64_t{0};
inline constexpr std::string_view kPeopleSource = "clerk";

struct SealedCommit {
    enum class Kind : std::uint8_t {
        Results,  // the results [first, recorded) of a pipeline
        Decided,  // the same of clerk: rows that people have cancelled
        Pruned,   // rows that were moved to the table pruned; no results
        Before,   // all rows that no other commit covers, because an earlier version has written them
    };
    std::uint64_t generation = 0;
    Kind kind = Kind::Results;
    std::uint64_t first = 0;
    std::uint64_t recorded = 0;
    std::uint64_t changed = 0;  // the rows that `digest` covers
    std::int64_t stored_at_us = 0;
    Digest digest{};
};

// A chain's newest link.
struct ChainHead {
    std::uint64_t generation = 0;
    std::uint64_t number = 0;  // of the link, from 1
    std::uint64_t recorded = 0;
    std::int64_t stored_at_us = 0;
    Digest head{};
};

// The digest of the digests of many rows, in order.
class RowsDigest {
  public:
    void add(const Digest& row);
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    // Returns the digest, and begins anew.
    [[nodiscard]] Digest finish();

  private:
    Sha256 sha_;
    std::string waiting_;  // digests that are not in `sha_` yet
    std::uint64_t rows_ = 0;
};

[[nodiscard]] std::string_view to_text(SealedCommit::Kind kind) noexcept;
[[nodiscard]] std::optional<SealedCommit::Kind> parse_commit_kind(std::string_view text) noexcept;

// Returns the head of a chain whose newest link is `commit`. `before` is the head before it (zeros in front
// of the first link), and `heads` what the link takes in.
[[nodiscard]] Digest head_of(const SealedCommit& commit, std::uint64_t number, std::string_view heads,
                             const Digest& before);

// Appends to `heads`, which the first link of a chain takes in, the head of another chain.
void append_head(std::string& heads, const ChainHead& other);

}  // namespace pipeline
