// SPDX-License-Identifier: Apache-2.0
// One row for each process, in words: the part of the views for people that is the same on paper and on the
// screen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "observer/judge/lookout.hpp"

namespace pipeline {

struct ProcessRow {
    std::string name;  // "supervisor", "producer", "consumer 3"
    std::string pid;
    ProcessState state = ProcessState::Absent;
    std::string doing;  // "working", "waits for items"; empty unless it is known
    std::string items_per_second;
    std::string busy;  // share of its time that is not waiting for input
    std::string invoice;
    std::string since;    // how long it has been working on that
    std::string attempt;  // which one this is
    std::string deaths;
    std::string last_death;  // cause, and how long ago
    std::string memory;
};

enum class SortOrder : std::uint8_t { Place, Rate, Busy, Since, Deaths };
inline constexpr std::size_t kSortOrders = 5;
[[nodiscard]] const char* to_text(SortOrder order) noexcept;

// Supervisor and producer first, then the consumers, the most of what they are sorted by first. None if
// nothing has been seen.
[[nodiscard]] std::vector<ProcessRow> process_rows(const View& view, SortOrder order = SortOrder::Place);

}  // namespace pipeline
