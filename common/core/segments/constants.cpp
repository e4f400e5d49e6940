// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/constants.hpp"

#include <functional>
#include <string_view>

#include "common/shm/damaged_memory.hpp"

namespace pipeline {
namespace {

constexpr std::array kNames{"ring.header.magic",         "ring.header.layout_version",
                            "ring.header.capacity",      "ring.header.total_bytes",
                            "ring.header.generation",    "ring.header.byte_capacity",
                            "ring.start_position",       "ring.ordered",
                            "ring.from_start",           "ring.bare_inodes",
                            "ring.source_file.device",   "ring.source_file.inode",
                            "ring.source_file.birth_ns", "ring.ledger_id",
                            "the hash of ring.source",   "the hash of ring.ledger",
                            "storage.header.magic",      "storage.header.layout_version",
                            "storage.header.capacity",   "storage.header.total_bytes",
                            "storage.header.generation", "storage.header.byte_capacity"};

std::uint64_t hash(const std::array<char, kMaxSpecBytes>& text) noexcept {
    return std::hash<std::string_view>{}({text.data(), text.size()});
}

}  // namespace

Constants Constants::of(const RingArea& ring, const StorageArea& storage) noexcept {
    const SegmentHeader& first = ring.header;
    const SegmentHeader& second = storage.header;
    // Leave out the file identity of a list: the producer of a list writes it again.
    const FileIdentity folder = ring.ordered == 0 ? ring.source_file : FileIdentity{};
    Constants constants;
    constants.words_ = {first.magic,       first.layout_version,  first.capacity,      first.total_bytes,
                        first.generation,  first.byte_capacity,   ring.start_position, ring.ordered,
                        ring.from_start,   ring.bare_inodes,      folder.device,       folder.inode,
                        folder.birth_ns,   ring.ledger_id,        hash(ring.source),   hash(ring.ledger),
                        second.magic,      second.layout_version, second.capacity,     second.total_bytes,
                        second.generation, second.byte_capacity};
    return constants;
}

std::optional<Damage> Constants::difference(const Constants& now) const {
    static_assert(kNames.size() == kOfRing + kOfStorage);
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        try {
            require_within(now.words_[i], words_[i], words_[i], {kNames[i]});
        } catch (const DamagedMemory& damage) {
            return Damage{i < kOfRing ? Damage::Where::Ring : Damage::Where::Storage, damage.what()};
        }
    }
    return std::nullopt;
}

}  // namespace pipeline
