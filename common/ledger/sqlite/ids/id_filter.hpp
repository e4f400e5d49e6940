// SPDX-License-Identifier: Apache-2.0
// Says in which slices of a ledger (id_slices.hpp) an id may be, for all finished slices at once. "May be" is
// wrong for two ids in ten thousand and slice; "is not" is never wrong.
//
// Each slice has a Bloom filter of 24 bits for each of its ids (https://doi.org/10.1145/362686.362692): six
// for an id, all in one block of 512 bits (https://doi.org/10.1007/978-3-540-72845-0_9). In memory the
// filters of a group of 64 slices lie side by side: a word holds the same bit of each of them, so six words
// of one page answer for all 64.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/base/digest.hpp"
#include "common/ledger/sqlite/ids/id_filter_words.hpp"

namespace pipeline {

inline constexpr std::uint32_t kIdFilterBits = IdFilterWords::kCount;

// Returns the bits that an id sets. Ledgers keep filters, so an id has the same bits for ever.
[[nodiscard]] std::array<std::uint32_t, 6> id_filter_bits(std::string_view id) noexcept;

// The filter of one slice, as the ledger keeps it: bit i is bit i % 8 of byte i / 8.
class IdFilterColumn {
  public:
    static constexpr std::size_t kBytes = kIdFilterBits / 8;

    IdFilterColumn() : bytes_(kBytes) {}
    void add(std::string_view id) noexcept;
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

  private:
    std::vector<std::uint8_t> bytes_;
};

// The filters of any slices. Takes 6 MiB of memory for each kGroup slices.
class IdFilter {
  public:
    static constexpr std::int64_t kGroup = 64;  // slices whose bits share words
    // The digests of the filters of a group: that of slice first + i, or none.
    using Digests = std::array<std::optional<Digest>, kGroup>;

    // Adds filters of the slices [first, first + kGroup), where kGroup divides `first`. columns[i] has the
    // IdFilterColumn::kBytes bytes of slice first + i; nullptr adds none. The group is not shared. Throws
    // std::bad_alloc.
    void add(std::int64_t first, const std::array<const std::uint8_t*, kGroup>& columns);
    // Uses these words for the group from now on.
    void put(std::int64_t first, IdFilterWords words);
    // Returns the words of the group; nullptr if there are none.
    [[nodiscard]] const IdFilterWords* words(std::int64_t first) const noexcept;
    // Returns the first group whose words are this process's own; none if there is none.
    [[nodiscard]] std::optional<std::int64_t> first_own() const noexcept;
    void clear() noexcept { groups_.clear(); }

    // Calls `visit` with each slice that may have the id, until it returns true; returns whether it did.
    // Newer slices come first.
    template <class Visit>
    bool any_that_may_have(std::string_view id, Visit&& visit) const {
        if (groups_.empty()) return false;
        const auto bits = id_filter_bits(id);
        for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) {
            std::uint64_t may_have = ~std::uint64_t{0};
            const auto words = group->words.words();
            for (std::size_t i = 0; i < bits.size() && may_have != 0; ++i) may_have &= words[bits[i]];
            while (may_have != 0) {
                const int newest = 63 - std::countl_zero(may_have);
                may_have &= ~(std::uint64_t{1} << static_cast<unsigned>(newest));
                if (visit(group->first + newest)) return true;
            }
        }
        return false;
    }
    // Fetches into the processor's cache what that is most likely to read.
    void expect(std::string_view id) const noexcept {
        if (groups_.empty()) return;
        const auto bits = id_filter_bits(id);
        for (const Group& group : groups_) {
            const auto words = group.words.words();
            for (std::size_t i = 0; i < 4; ++i) __builtin_prefetch(words.data() + bits[i]);
        }
    }

  private:
    struct Group {
        std::int64_t first = 0;
        IdFilterWords words;
    };
    [[nodiscard]] std::vector<Group>::iterator place_of(std::int64_t first) noexcept;

    std::vector<Group> groups_;  // in the order of their slices
};

// True if the words hold exactly these filters, as the digests tell. Slices without a digest may have any
// filter. Throws std::bad_alloc.
[[nodiscard]] bool has_filters(std::span<const std::uint64_t, IdFilterWords::kCount> words,
                               const IdFilter::Digests& digests);

}  // namespace pipeline
