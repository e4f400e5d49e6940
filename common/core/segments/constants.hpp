// SPDX-License-Identifier: Apache-2.0
// The words of both segments that no process changes once children run: a process remembers them when it
// opens the segments, and compares them when it looks for damage. Without that, a child that refuses a
// changed header or folder would end the run in good order, with a status that says something else, and the
// segments would be removed.
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
    static constexpr std::size_t kOfRing = 15;
    static constexpr std::size_t kOfStorage = 5;
    std::array<std::uint64_t, kOfRing + kOfStorage> words_;
};

}  // namespace pipeline
