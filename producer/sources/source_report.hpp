// SPDX-License-Identifier: Apache-2.0
// The condition of the source, written into the segments for everybody who looks (SourceMetrics). Several
// things may be wrong at once; the worst is shown, and the next one when it is over. Nothing is logged here.
//
// A kill leaves the dead producer's condition; its successor begins with Fine and finds out anew.
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
    // `metrics` lies in the segments; this is its only writer from now on.
    explicit SourceReport(SourceMetrics& metrics);
    SourceReport(const SourceReport&) = delete;
    SourceReport& operator=(const SourceReport&) = delete;

    // `state` (not Fine) holds; the sentence says cause and advice. Saying it again keeps the time since when
    // it holds and replaces the sentence.
    void set(SourceState state, std::string_view sentence);
    // `state` holds no longer.
    void clear(SourceState state);
    [[nodiscard]] bool holds(SourceState state) const noexcept;

    // The numbers beside the state, for those who count them; each has one writer in the producer.
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
