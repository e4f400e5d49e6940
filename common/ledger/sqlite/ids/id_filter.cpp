// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ids/id_filter.hpp"

#include <algorithm>

namespace pipeline {
namespace {

constexpr std::uint32_t kBlockBits = 512;
constexpr std::uint32_t kBlocks = kIdFilterBits / kBlockBits;

// Mixes 64 bits so that each bit of the input changes half of the output: a multiplication and a shift,
// twice.
std::uint64_t mix(std::uint64_t value) noexcept {
    constexpr std::uint64_t kFactor = 0xd6e8feb86659fd93;
    value = (value ^ (value >> 32U)) * kFactor;
    value = (value ^ (value >> 32U)) * kFactor;
    return value ^ (value >> 32U);
}

// The first byte is the lowest one, whatever the machine's order.
std::uint64_t load_lowest_first(const std::uint8_t* bytes) noexcept {
    std::uint64_t word = 0;
    for (unsigned i = 0; i < 8; ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
    return word;
}

void store_lowest_first(std::uint64_t word, std::uint8_t* bytes) noexcept {
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
}

// Takes the id's bytes eight at a time.
std::uint64_t hash_of(std::string_view id) noexcept {
    std::uint64_t hash = mix(id.size());
    while (!id.empty()) {
        const std::size_t bytes = std::min<std::size_t>(8, id.size());
        std::array<std::uint8_t, 8> padded{};
        id.copy(reinterpret_cast<char*>(padded.data()), bytes);
        const std::uint64_t word = load_lowest_first(padded.data());
        hash = mix(hash ^ word);
        id.remove_prefix(bytes);
    }
    return hash;
}

// Exchanges bit j of word i with bit i of word j, for all of them: first halves, then quarters, and so on
// (H. S. Warren, Hacker's Delight, section 7-3).
void transpose(std::array<std::uint64_t, 64>& words) noexcept {
    std::uint64_t mask = 0x00000000ffffffff;
    for (unsigned width = 32; width != 0; width /= 2, mask ^= mask << width) {
        for (unsigned i = 0; i < 64; i = (i + width + 1) & ~width) {
            const std::uint64_t swapped = ((words[i] >> width) ^ words[i + width]) & mask;
            words[i] ^= swapped << width;
            words[i + width] ^= swapped;
        }
    }
}

// As the general way, for a single column. A slice that has just been finished comes alone.
void add_one(std::span<std::uint64_t> words, std::span<const std::uint8_t* const> columns) {
    const auto column =
        std::find_if(columns.begin(), columns.end(), [](auto* bytes) { return bytes != nullptr; });
    const std::uint64_t mark = std::uint64_t{1} << static_cast<std::uint64_t>(column - columns.begin());
    for (std::size_t bit = 0; bit < kIdFilterBits; bit += 64) {
        for (std::uint64_t rest = load_lowest_first(*column + bit / 8); rest != 0; rest &= rest - 1)
            words[bit + static_cast<std::size_t>(std::countr_zero(rest))] |= mark;
    }
}

}  // namespace

std::array<std::uint32_t, 6> id_filter_bits(std::string_view id) noexcept {
    const std::uint64_t hash = hash_of(id);
    const auto block = static_cast<std::uint32_t>(hash % kBlocks) * kBlockBits;
    std::array<std::uint32_t, 6> bits{};
    std::uint64_t rest = mix(hash + 1);
    for (auto& bit : bits) {
        bit = block + static_cast<std::uint32_t>(rest % kBlockBits);
        rest /= kBlockBits;
    }
    return bits;
}

void IdFilterColumn::add(std::string_view id) noexcept {
    const auto bits = id_filter_bits(id);
    for (const std::uint32_t bit : bits)
        bytes_[bit / 8] = static_cast<std::uint8_t>(bytes_[bit / 8] | (1U << (bit % 8)));
}

std::vector<IdFilter::Group>::iterator IdFilter::place_of(std::int64_t first) noexcept {
    return std::lower_bound(groups_.begin(), groups_.end(), first,
                            [](const Group& group, std::int64_t sought) { return group.first < sought; });
}

void IdFilter::add(std::int64_t first, const std::array<const std::uint8_t*, kGroup>& columns) {
    auto group = place_of(first);
    if (group == groups_.end() || group->first != first)
        group = groups_.insert(group, Group{first, IdFilterWords::own()});
    const auto words = group->words.own_words();
    if (std::count(columns.begin(), columns.end(), nullptr) == kGroup - 1) {
        add_one(words, columns);
        return;
    }
    std::array<std::uint64_t, kGroup> block{};
    for (std::size_t bit = 0; bit < kIdFilterBits; bit += 64) {
        for (std::size_t column = 0; column < columns.size(); ++column)
            block[column] = columns[column] == nullptr ? 0 : load_lowest_first(columns[column] + bit / 8);
        transpose(block);
        for (std::size_t i = 0; i < block.size(); ++i) words[bit + i] |= block[i];
    }
}

void IdFilter::put(std::int64_t first, IdFilterWords words) {
    const auto group = place_of(first);
    if (group != groups_.end() && group->first == first) {
        group->words = std::move(words);
    } else {
        groups_.insert(group, Group{first, std::move(words)});
    }
}

const IdFilterWords* IdFilter::words(std::int64_t first) const noexcept {
    const auto group =
        std::find_if(groups_.begin(), groups_.end(), [&](auto& each) { return each.first == first; });
    return group == groups_.end() ? nullptr : &group->words;
}

std::optional<std::int64_t> IdFilter::first_own() const noexcept {
    const auto group = std::find_if(groups_.begin(), groups_.end(),
                                    [](const Group& each) { return !each.words.is_shared(); });
    return group == groups_.end() ? std::nullopt : std::optional(group->first);
}

bool has_filters(std::span<const std::uint64_t, IdFilterWords::kCount> words,
                 const IdFilter::Digests& digests) {
    constexpr std::size_t kPiece = 4096;  // bytes of each filter that are collected for its digest
    static_assert(IdFilterColumn::kBytes % kPiece == 0);
    constexpr std::size_t kStride = kPiece + 64;  // keeps the pieces out of each other's cache lines
    std::array<Sha256, IdFilter::kGroup> hashes;
    std::vector<std::uint8_t> pieces(kStride * hashes.size());
    std::array<std::uint64_t, IdFilter::kGroup> block{};
    for (std::size_t begin = 0; begin < IdFilterColumn::kBytes; begin += kPiece) {
        for (std::size_t at = 0; at < kPiece; at += 8) {
            std::copy_n(words.data() + (begin + at) * 8, block.size(), block.data());
            transpose(block);
            for (std::size_t column = 0; column < block.size(); ++column)
                store_lowest_first(block[column], pieces.data() + column * kStride + at);
        }
        for (std::size_t column = 0; column < hashes.size(); ++column) {
            const std::span<const std::uint8_t> piece(pieces.data() + column * kStride, kPiece);
            if (digests[column]) hashes[column].add(std::as_bytes(piece));
        }
    }
    for (std::size_t column = 0; column < hashes.size(); ++column) {
        if (digests[column] && hashes[column].finish() != *digests[column]) return false;
    }
    return true;
}

}  // namespace pipeline
