// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/schema/pg_key.hpp"

#include "common/base/digest.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kDigits = 64;
constexpr std::size_t kBeginning = kMaxIdAsKey + 1 - kDigits;

// A byte of a UTF-8 character behind its first one.
constexpr bool is_inside_character(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

std::string pg_key(std::string_view stored_id) {
    if (is_own_key(stored_id)) return std::string(stored_id);
    std::size_t cut = kBeginning;
    while (cut != 0 && is_inside_character(stored_id[cut])) --cut;
    std::string key(stored_id.substr(0, cut));
    key.resize(kBeginning, '~');
    return key + to_text(Sha256().add(stored_id).digest());
}

}  // namespace pipeline
