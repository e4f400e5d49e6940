// SPDX-License-Identifier: Apache-2.0
// What a peer carries for an invoice: the same as an Item of the pipeline says (source position, time of
// acquisition, id), without what only the pipeline needs. Two sizes, as an Item has two cache lines: ids of
// up to 39 bytes travel in 56 bytes, longer ones in 120. The size is known when a peer is compiled, so that
// copying is a few moves for everybody.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pipeline::bench {

inline constexpr std::size_t kShortId = 39;  // what an Item holds in its first cache line
inline constexpr std::size_t kLongId = 103;

template <std::size_t kIdBytes>
struct WireItem {
    std::uint64_t position;
    std::uint64_t acquired_ns;
    std::uint8_t id_length;
    std::array<char, kIdBytes> id;
};

using ShortItem = WireItem<kShortId>;
using LongItem = WireItem<kLongId>;
static_assert(sizeof(ShortItem) == 56 && sizeof(LongItem) == 120);

}  // namespace pipeline::bench
