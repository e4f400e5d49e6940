// SPDX-License-Identifier: Apache-2.0
// The digest of a row of values, by which anybody can tell later whether one of them was changed.
//
// The digest is the SHA-256 of the values' canonical form: for each value, in the order of their tags, one
// byte with the tag, and then
//
//     an integer   8 bytes, two's complement, the lowest byte first
//     a text       4 bytes with its length, the lowest byte first, and its bytes
//
// A value that is absent leaves nothing. So no two rows have the same canonical form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"

namespace pipeline {

class ValueDigest {
  public:
    // The tags, 1 to 255, must rise from one add() to the next, and a text must have less than 4 GiB: all
    // else is a broken invariant.
    void add(std::uint8_t tag, std::int64_t value);
    void add(std::uint8_t tag, std::string_view text);

    // Keeps the values that were added so far as the beginning of all further rows.
    void keep() noexcept;
    // Drops all values but the kept ones.
    void restart() noexcept;
    // Drops all values.
    void clear() noexcept;
    // Returns the digest of the present row, and restarts.
    [[nodiscard]] Digest finish();

  private:
    void require_after(std::uint8_t tag);

    Sha256 sha_;
    std::string bytes_;
    std::size_t kept_ = 0;
    std::uint8_t last_ = 0;  // the tag that was added last
    std::uint8_t kept_last_ = 0;
};

}  // namespace pipeline
