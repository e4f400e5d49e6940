// SPDX-License-Identifier: Apache-2.0
#include "common/core/list_digest.hpp"

#include <algorithm>

namespace pipeline {

ListDigest::ListDigest(const Digest& chain, std::uint64_t position) : chain_(chain), position_(position) {
    rest_.add(chain_);
}

void ListDigest::add(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = static_cast<std::size_t>(chain_position() + kBlockBytes - position_);
        const std::string_view now = bytes.substr(0, std::min(bytes.size(), room));
        rest_.add(now);
        position_ += now.size();
        bytes.remove_prefix(now.size());
        if (position_ != chain_position()) continue;
        chain_ = rest_.digest();
        rest_ = Sha256();
        rest_.add(chain_);
    }
}

}  // namespace pipeline
