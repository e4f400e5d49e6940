// SPDX-License-Identifier: Apache-2.0
// What the pipeline has done between two looks: the counts of the ring and the storage, and how its processes
// have spent their time, as they say themselves (common/core/metrics.hpp).
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
    // Begins to measure.
    LoadMeter(const Segments& segments, const Children& children, std::uint64_t now_ns);

    // Since the last look, or the beginning; of the consumers that are at work now.
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
