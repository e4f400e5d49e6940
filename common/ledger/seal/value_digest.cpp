// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/seal/value_digest.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "common/base/error.hpp"

namespace pipeline {
namespace {

static_assert(std::endian::native == std::endian::little, "values are stored with the lowest byte first");

template <class Integer>
void append(std::string& bytes, std::uint8_t tag, Integer value) {
    char packed[1 + sizeof value];
    packed[0] = static_cast<char>(tag);
    std::memcpy(packed + 1, &value, sizeof value);
    bytes.append(packed, sizeof packed);
}

}  // namespace

void ValueDigest::require_after(std::uint8_t tag) {
    if (tag <= last_) broken_invariant("the values of a digest are not in the order of their tags");
    last_ = tag;
}

void ValueDigest::add(std::uint8_t tag, std::int64_t value) {
    require_after(tag);
    append(bytes_, tag, value);
}

void ValueDigest::add(std::uint8_t tag, std::string_view text) {
    require_after(tag);
    if (text.size() > std::numeric_limits<std::uint32_t>::max())
        broken_invariant("a text is too long for a digest");
    append(bytes_, tag, static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
}

void ValueDigest::keep() noexcept {
    kept_ = bytes_.size();
    kept_last_ = last_;
}

void ValueDigest::restart() noexcept {
    bytes_.resize(kept_);
    last_ = kept_last_;
}

void ValueDigest::clear() noexcept {
    kept_ = 0;
    kept_last_ = 0;
    restart();
}

Digest ValueDigest::finish() {
    const Digest digest = sha_.add(bytes_).finish();
    restart();
    return digest;
}

}  // namespace pipeline
