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

// Throws Failure Configuration: "segment /dev/shm/NAME.ring WHAT. It is left as it is; ...".
[[noreturn]] void refuse(const Segment& segment, const std::string& what);

// A kind of segment in one layout version.
struct SegmentShape {
    std::uint64_t magic;
    std::uint32_t layout_version;
    std::size_t area_bytes;               // size of the area before the slots or records
    std::size_t (*bytes)(std::uint32_t);  // size of a whole segment with that capacity
};
extern const SegmentShape kRingShape;
extern const SegmentShape kStorageShape;

// The segment's layout version; 0 if it is of another kind.
[[nodiscard]] std::uint32_t layout_version_of(const Segment& segment, std::uint64_t magic) noexcept;

// Returns the capacity, which fits the segment's size. Refuses a segment of another kind, version or size.
[[nodiscard]] std::uint32_t check_header(const Segment& segment, const SegmentShape& shape);

// Completes the header of a new segment: before that it is not recognised as ours.
void finish_header(SegmentHeader& header, const SegmentShape& shape, std::uint64_t generation) noexcept;

}  // namespace pipeline
