// SPDX-License-Identifier: Apache-2.0
// The words of both segments that their creator writes once: a process remembers them when it opens the
// segments, and compares them when it looks for damage. Without that, a changed generation or ledger id would
// look like a ledger of another run.
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
    static constexpr std::size_t kOfRing = 11;
    static constexpr std::size_t kOfStorage = 5;
    std::array<std::uint64_t, kOfRing + kOfStorage> words_;
};

}  // namespace pipeline
