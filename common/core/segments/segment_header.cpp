// SPDX-License-Identifier: Apache-2.0
#include "common/core/segments/segment_header.hpp"

#include <fmt/format.h>

#include <atomic>

#include "common/base/error.hpp"
#include "common/core/segments/old_segments.hpp"
#include "common/core/segments/segments.hpp"
#include "common/shm/segment_path.hpp"

namespace pipeline {

const SegmentShape kRingShape{kRingMagic, kLayoutVersion, sizeof(RingArea), &Segments::ring_size, true};
const SegmentShape kStorageShape{kStorageMagic, kLayoutVersion, sizeof(StorageArea), &Storage::size, true};

namespace {

SegmentHeader& header_of(const Segment& segment) noexcept {
    return *static_cast<SegmentHeader*>(segment.address());
}

[[noreturn]] void refuse_version(const Segment& segment, std::uint32_t version) {
    if (const auto release = release_of_layout(version)) {
        throw Failure(ExitStatus::Configuration,
                      fmt::format("segment {} was made by version {} of this program: the next start of the "
                                  "supervisor takes it over",
                                  segment_path(segment.name()), *release));
    }
    refuse(segment,
           fmt::format("has layout version {}, and this program knows {}: finish it with the version "
                       "that made it",
                       version, kLayoutVersion));
}

}  // namespace

std::string ring_name(const std::string& name) {
    return name + ".ring";
}
std::string storage_name(const std::string& name) {
    return name + ".storage";
}

void refuse(const Segment& segment, const std::string& what) {
    const std::string path = segment_path(segment.name());
    const std::string pair = path.substr(0, path.rfind('.'));
    throw Failure(
        ExitStatus::Configuration,
        fmt::format(
            "segment {} {}. It is left as it is; to begin anew, remove {} and {}: the source (but for "
            "standard input) gives again what the ledger does not have",
            path, what, ring_name(pair), storage_name(pair)));
}

std::uint32_t layout_version_of(const Segment& segment, std::uint64_t magic) noexcept {
    if (segment.size() < sizeof(SegmentHeader)) return 0;
    const SegmentHeader& header = header_of(segment);
    return header.magic == magic ? header.layout_version : 0;
}

Capacity check_header(const Segment& segment, const SegmentShape& shape) {
    const std::uint32_t version = layout_version_of(segment, shape.magic);
    // Check the version first: a segment of another version may be smaller than this version's area.
    if (version != 0 && version != shape.layout_version) refuse_version(segment, version);
    if (segment.size() < shape.area_bytes) refuse(segment, "is too small to be a segment of this pipeline");
    if (version == 0) refuse(segment, "is not a segment of this pipeline");
    SegmentHeader& header = header_of(segment);
    // Read the capacity once: the value that is used must be the value that was checked.
    Capacity capacity(std::atomic_ref(header.capacity).load(std::memory_order_relaxed), 0);
    bool is_possible = capacity.entries >= kMinCapacity && capacity.entries <= kMaxCapacity;
    if (shape.has_bytes) {
        capacity.bytes = std::atomic_ref(header.byte_capacity).load(std::memory_order_relaxed);
        is_possible &= capacity.bytes >= kMinByteCapacity && capacity.bytes <= kMaxByteCapacity &&
                       capacity.bytes % kByteUnit == 0;
    }
    if (!is_possible || header.total_bytes != segment.size() || shape.size(capacity) != segment.size()) {
        refuse(segment, fmt::format("is damaged: {} bytes do not fit its capacity of {}", segment.size(),
                                    capacity.entries));
    }
    return capacity;
}

void finish_header(SegmentHeader& header, const SegmentShape& shape, std::uint64_t generation) noexcept {
    header.total_bytes = shape.size({header.capacity, header.byte_capacity});
    header.generation = generation;
    header.magic = shape.magic;
}

}  // namespace pipeline
