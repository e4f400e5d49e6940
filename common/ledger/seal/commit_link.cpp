// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/seal/commit_link.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"results", "decided", "pruned", "before"};
constexpr std::size_t kAtOnce = 256;  // digests that are hashed by one call

static_assert(std::endian::native == std::endian::little, "links are stored with the lowest byte first");

void append_number(std::string& bytes, std::uint64_t value) {
    std::array<char, sizeof value> packed{};
    std::memcpy(packed.data(), &value, sizeof value);
    bytes.append(packed.data(), packed.size());
}

std::string_view bytes_of(const Digest& digest) noexcept {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

void RowsDigest::add(const Digest& row) {
    waiting_ += bytes_of(row);
    ++rows_;
    if (waiting_.size() < kAtOnce * row.size()) return;
    sha_.add(waiting_);
    waiting_.clear();
}

Digest RowsDigest::finish() {
    sha_.add(waiting_);
    waiting_.clear();
    rows_ = 0;
    return sha_.finish();
}

std::string_view to_text(SealedCommit::Kind kind) noexcept {
    return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<SealedCommit::Kind> parse_commit_kind(std::string_view text) noexcept {
    const auto* const at = std::find(kKinds.begin(), kKinds.end(), text);
    if (at == kKinds.end()) return std::nullopt;
    return static_cast<SealedCommit::Kind>(at - kKinds.begin());
}

Digest head_of(const SealedCommit& commit, std::uint64_t number, std::string_view heads,
               const Digest& before) {
    std::string link;
    for (const std::uint64_t value :
         {commit.generation, number, static_cast<std::uint64_t>(commit.kind), commit.first, commit.recorded,
          commit.changed, static_cast<std::uint64_t>(commit.stored_at_us)})
        append_number(link, value);
    link += bytes_of(commit.digest);
    link += bytes_of(before);
    link += heads;
    return Sha256().add(link).digest();
}

void append_head(std::string& heads, const ChainHead& other) {
    append_number(heads, other.generation);
    append_number(heads, other.number);
    heads += bytes_of(other.head);
}

}  // namespace pipeline
