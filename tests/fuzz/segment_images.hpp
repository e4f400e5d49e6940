// SPDX-License-Identifier: Apache-2.0
// What segments may hold: a few states that a run and a kill can leave, and changes to them that the fuzzer
// chooses. Nearly right is what finds the gaps in a validation: most bytes of an input are not thrown at the
// magic number but at the indices, hands, locks and records of a state that was sound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/core/ring.hpp"
#include "common/core/storage.hpp"
#include "tests/fuzz/guarded_memory.hpp"

namespace pipeline::test {

inline constexpr std::uint32_t kRingCapacity = 4;
inline constexpr std::uint32_t kStorageCapacity = 6;
inline constexpr std::uint64_t kByteCapacity = 256;
inline constexpr std::uint64_t kResultCapacity =
    384;  // the ids of all records, and the bodies that they keep

// A pair of segments.
class SegmentImage {
  public:
    SegmentImage();
    [[nodiscard]] RingArea& ring_area() const { return *reinterpret_cast<RingArea*>(ring_.data()); }
    [[nodiscard]] StorageArea& storage_area() const {
        return *reinterpret_cast<StorageArea*>(storage_.data());
    }
    [[nodiscard]] Ring ring() const { return Ring(ring_area()); }
    [[nodiscard]] Storage storage() const { return {storage_area(), ring()}; }
    [[nodiscard]] const GuardedMemory& ring_memory() const { return ring_; }
    [[nodiscard]] const GuardedMemory& storage_memory() const { return storage_; }

  private:
    GuardedMemory ring_;
    GuardedMemory storage_;
};

// The states, the first of them empty; made once.
[[nodiscard]] const std::vector<std::unique_ptr<SegmentImage>>& sound_images();

// The image that an input begins with, changed as the rest of it says. `sizes` are the sizes that the
// segments then seem to have.
struct ChangedImage {
    const SegmentImage* image;
    std::size_t ring_bytes;
    std::size_t storage_bytes;
};
[[nodiscard]] ChangedImage change_image(std::span<const std::uint8_t> input);

}  // namespace pipeline::test
