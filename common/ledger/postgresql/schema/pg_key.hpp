// SPDX-License-Identifier: Apache-2.0
// The column `key`, by which a ledger in PostgreSQL finds an id: an entry of its index holds 2,704 bytes at
// most, and an id may be longer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pipeline {

inline constexpr std::size_t kMaxIdAsKey = 511;

// True if the id is its own key.
[[nodiscard]] constexpr bool is_own_key(std::string_view stored_id) noexcept {
    return stored_id.size() <= kMaxIdAsKey;
}

// Returns the key of an id, which is as the ledger stores it (ledger_id.hpp): the id itself up to 511 bytes;
// of a longer one 512 bytes: its beginning, cut between two characters, filled up with '~', and the SHA-256
// of the whole id in hexadecimal digits. So two ids never have the same key.
[[nodiscard]] std::string pg_key(std::string_view stored_id);

}  // namespace pipeline
