// SPDX-License-Identifier: Apache-2.0
// Measures the load between two calls: how many invoices entered the ring and the storage, and how the
// processes spent their time, as they report it themselves (common/core/metrics.hpp).
#pragma once

#include <array>
#include <cstdint>

#include "common/core/bottleneck.hpp"
#include "common/core/metrics.hpp"
#include "common/core/segments/segments.hpp"
#include "supervisor/children/children.hpp"

namespace pipeline {

class LoadMeter {
  public:
    // Starts the measurement.
    LoadMeter(const Segments& segments, const Children& children, std::uint64_t now_ns);

    // Returns the load since the last call (at first, since the constructor). It includes only consumers that
    // are at work now.
    [[nodiscard]] Load look(std::uint64_t now_ns);

  private:
    [[nodiscard]] TimeShares since_last(const ActivityArea& area, bool is_at_work, std::uint64_t now_ns,
                                        TimeSpent& last) const noexcept;

    Ring ring_;
    Storage storage_;
    const MetricsArea& metrics_;
    const Children& children_;
    std::uint64_t last_ns_;
    std::uint64_t acquired_;
    std::uint64_t stored_;
    TimeSpent producer_;
    std::array<TimeSpent, kMaxPlaces> places_{};
};

}  // namespace pipeline
