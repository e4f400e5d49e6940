// SPDX-License-Identifier: Apache-2.0
// The header of a segment. A process checks it before it trusts anything else in the segment, and refuses a
// segment whose header does not match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/core/layout.hpp"
#include "common/shm/segment.hpp"

namespace pipeline {

[[nodiscard]] std::string ring_name(const std::string& name);
[[nodiscard]] std::string storage_name(const std::string& name);

// Throws Failure Configuration with the message "segment /dev/shm/NAME.ring WHAT. It is left as it is; ...".
[[noreturn]] void refuse(const Segment& segment, const std::string& what);

// Describes one kind of segment (ring or storage) in one layout version.
struct SegmentShape {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::size_t area_bytes;         // size of the area before the slots or records
    std::size_t (*size)(Capacity);  // returns the size of a whole segment with the given capacity
    bool has_bytes;                 // whether the layout has byte areas
};
extern const SegmentShape kRingShape;
extern const SegmentShape kStorageShape;

// Returns the segment's layout version; 0 if the segment does not begin with `magic`, and so is of another
// kind.
[[nodiscard]] std::uint32_t layout_version_of(const Segment& segment, std::uint64_t magic) noexcept;

// Returns the segment's capacity after checking that it fits the segment's size. Refuses a segment of another
// kind, version or size.
[[nodiscard]] Capacity check_header(const Segment& segment, const SegmentShape& shape);

// Completes the header of a new segment. Call it last: before that, no process recognises the segment as
// ours.
void finish_header(SegmentHeader& header, const SegmentShape& shape, std::uint64_t generation) noexcept;

}  // namespace pipeline
