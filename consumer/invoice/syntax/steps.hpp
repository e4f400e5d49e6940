// SPDX-License-Identifier: Apache-2.0
// The table of a reader: which element in which one has which state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "consumer/invoice/syntax/syntax_reader.hpp"

namespace pipeline {

struct Step {
    SyntaxReader::State parent;
    Space space;
    std::string_view local;
    SyntaxReader::State state;
};

// The steps of one parent must follow each other.
template <std::size_t Count>
class StepTable {
  public:
    explicit constexpr StepTable(const std::array<Step, Count>& steps) noexcept : steps_(steps) {
        for (std::size_t i = 0; i < Count; ++i) {
            Range& range = ranges_[steps_[i].parent];
            if (range.end == 0) range.begin = static_cast<std::uint8_t>(i);
            range.end = static_cast<std::uint8_t>(i + 1);
        }
    }
    // Returns the state of an element; kOpaque if no step leads to it.
    [[nodiscard]] SyntaxReader::State find(SyntaxReader::State parent,
                                           const XmlElement& element) const noexcept {
        const Range range = ranges_[parent % kStates];
        for (std::size_t i = range.begin; i < range.end; ++i) {
            if (steps_[i].local == element.local && steps_[i].space == element.space) return steps_[i].state;
        }
        return SyntaxReader::kOpaque;
    }

  private:
    static constexpr std::size_t kStates = 64;
    static_assert(Count < 255);
    struct Range {
        std::uint8_t begin = 0;
        std::uint8_t end = 0;
    };
    std::array<Step, Count> steps_;
    std::array<Range, kStates> ranges_{};
};
template <std::size_t Count>
StepTable(const std::array<Step, Count>&) -> StepTable<Count>;

// Maps a state to the amount of the document's totals that it reads.
struct TotalField {
    SyntaxReader::State state;
    Amount DocumentTotals::*amount;
};

}  // namespace pipeline
