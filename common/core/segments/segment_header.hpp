// SPDX-License-Identifier: Apache-2.0
// What a segment says it is, checked before anything else in it is believed; and how one that is not what it
// should be is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/core/layout.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

[[nodiscard]] std::string ring_name(const std::string& name);
[[nodiscard]] std::string storage_name(const std::string& name);

// Throws Failure Configuration: "segment /dev/shm/NAME.ring WHAT. It is left as it is; ...".
[[noreturn]] void refuse(const Segment& segment, const std::string& what);

// A kind of segment, of some layout version.
struct SegmentShape {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::size_t area_bytes;               // of what comes before the slots or records
    std::size_t (*bytes)(std::uint32_t);  // of a whole segment of that capacity
};
extern const SegmentShape kRingShape;
extern const SegmentShape kStorageShape;

// The layout version that a segment of that kind has; 0 if it is of another kind.
[[nodiscard]] std::uint32_t layout_version_of(const Segment& segment, std::uint64_t magic) noexcept;

// Returns the capacity, which fits the segment's size. Refuses what is of another kind, version or size.
[[nodiscard]] std::uint32_t check_header(const Segment& segment, const SegmentShape& shape);

// Completes the header of a new segment: until then it is none of ours.
void finish_header(SegmentHeader& header, const SegmentShape& shape, std::uint64_t generation) noexcept;

}  // namespace pipeline
