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
void add_one(std::vector<std::uint64_t>& words, std::span<const std::uint8_t* const> columns) {
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

void IdFilter::add(std::int64_t first, const std::array<const std::uint8_t*, kGroup>& columns) {
    auto group =
        std::find_if(groups_.begin(), groups_.end(), [&](auto& each) { return each.first == first; });
    if (group == groups_.end()) group = groups_.insert(group, Group{.first = first});
    std::vector<std::uint64_t>& words = group->words;
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

}  // namespace pipeline
