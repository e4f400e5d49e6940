// SPDX-License-Identifier: Apache-2.0
// The digest of everything before a position of a list, as the ledger keeps it beside the cursor
// (docs/ledger.md has it in Python):
//
//     chain(0)     = 32 zero bytes
//     chain(k + 1) = SHA-256(chain(k) || block k)       blocks of 1 MiB, from the beginning of the list
//     digest(p)    = SHA-256(chain(k) || rest)          k whole blocks and the rest lie before p
//
// Thanks to the chain, a restarted producer can continue from the last whole block.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/digest.hpp"

namespace pipeline {

class ListDigest {
  public:
    static constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 20U;

    // Starts at the beginning of a list. Throws std::bad_alloc, as every function of this class may.
    ListDigest() : ListDigest(Digest{}, 0) {}
    // Starts at `position`, a multiple of kBlockBytes. `chain` is chain(k) for the k blocks before that
    // position.
    ListDigest(const Digest& chain, std::uint64_t position);

    // Adds the next bytes of the list.
    void add(std::string_view bytes);

    // Returns the position after the bytes added so far.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    // Returns the digest of everything before position().
    [[nodiscard]] Digest digest() const { return rest_.digest(); }
    // Returns chain(k) for the k whole blocks before position(). These blocks end at chain_position().
    [[nodiscard]] const Digest& chain() const noexcept { return chain_; }
    [[nodiscard]] std::uint64_t chain_position() const noexcept { return chain_position_of(position_); }
    [[nodiscard]] static constexpr std::uint64_t chain_position_of(std::uint64_t position) noexcept {
        return position / kBlockBytes * kBlockBytes;
    }

  private:
    Digest chain_;
    std::uint64_t position_;
    Sha256 rest_;  // was given chain_, then the bytes after the last whole block
};

}  // namespace pipeline
