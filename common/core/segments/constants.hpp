// SPDX-License-Identifier: Apache-2.0
// The words of both segments that no process changes once children run. A process remembers them when it
// opens the segments, and compares them again when it looks for damage. This matters because a child that
// finds a changed header or folder ends with a status that does not mean damage: without the comparison, the
// run would then end in good order and remove the segments.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/core/layout.hpp"
#include "common/core/segments/damage.hpp"

namespace pipeline {

class Constants {
  public:
    [[nodiscard]] static Constants of(const RingArea& ring, const StorageArea& storage) noexcept;
    // Returns the first word of `now` that differs; none if all are the same.
    [[nodiscard]] std::optional<Damage> difference(const Constants& now) const;

  private:
    static constexpr std::size_t kOfRing = 16;
    static constexpr std::size_t kOfStorage = 6;
    std::array<std::uint64_t, kOfRing + kOfStorage> words_;
};

}  // namespace pipeline
