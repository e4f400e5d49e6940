// SPDX-License-Identifier: Apache-2.0
// The condition of the source, written into the segments for observers (SourceMetrics). Several conditions
// may hold at once: it shows the worst, and the next one when that is over. It logs nothing.
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
    // A report that nobody sees.
    SourceReport();
    // `metrics` is in the segments; this object is its only writer from now on.
    explicit SourceReport(SourceMetrics& metrics);
    SourceReport(const SourceReport&) = delete;
    SourceReport& operator=(const SourceReport&) = delete;

    // `state` (not Fine) holds; the sentence says cause and advice. A repeated call replaces the sentence and
    // keeps the time since when the state holds.
    void set(SourceState state, std::string_view sentence);
    // `state` no longer holds.
    void clear(SourceState state);
    [[nodiscard]] bool holds(SourceState state) const noexcept;

    // The numbers beside the state, for the parts that count them; each has one writer in the producer.
    [[nodiscard]] SourceMetrics& numbers() noexcept { return metrics_; }

  private:
    static constexpr std::size_t kStates = static_cast<std::size_t>(SourceState::Unreadable) + 1;
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
