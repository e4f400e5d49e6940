// SPDX-License-Identifier: Apache-2.0
// The condition of the source, written into the segments for observers (SourceMetrics). Several conditions
// may hold at once: the report shows the worst of those that hold. It logs nothing.
//
// A kill leaves the dead producer's condition; its successor begins with Fine and checks again.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/core/metrics.hpp"

namespace pipeline {

class SourceReport {
  public:
    // Creates a report that no observer sees.
    SourceReport();
    // `metrics` is in the segments; this object is its only writer from now on.
    explicit SourceReport(SourceMetrics& metrics);
    SourceReport(const SourceReport&) = delete;
    SourceReport& operator=(const SourceReport&) = delete;

    // Reports that `state` (not Fine) holds; the sentence names cause and advice. A repeated call replaces
    // the sentence, but keeps the time at which the state began.
    void set(SourceState state, std::string_view sentence);
    // Reports that `state` no longer holds.
    void clear(SourceState state);
    [[nodiscard]] bool holds(SourceState state) const noexcept;

    // The numbers that observers show beside the state. Each of them is written by one part of the source
    // only.
    [[nodiscard]] SourceMetrics& numbers() noexcept { return metrics_; }

  private:
    static constexpr std::size_t kStates = static_cast<std::size_t>(SourceState::Held) + 1;
    struct Condition {
        std::uint64_t since_ns = 0;  // 0: does not hold
        std::string sentence;
    };
    void show();

    SourceMetrics own_{};
    SourceMetrics& metrics_;
    std::array<Condition, kStates> conditions_;  // by state
};

}  // namespace pipeline
