// SPDX-License-Identifier: Apache-2.0
// One row of words per process. The page and the screen share this part.
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
    std::string busy;  // share of its time, without waiting for input
    std::string invoice;
    std::string since;    // how long it has been working on the invoice
    std::string attempt;  // number of the attempt
    std::string deaths;
    std::string last_death;  // cause, and how long ago
    std::string memory;
};

enum class SortOrder : std::uint8_t { Place, Rate, Busy, Since, Deaths };
inline constexpr std::size_t kSortOrders = 5;
[[nodiscard]] const char* to_text(SortOrder order) noexcept;

// Supervisor and producer first, then the consumers in descending sort order. Empty if nothing was observed.
[[nodiscard]] std::vector<ProcessRow> process_rows(const View& view, SortOrder order = SortOrder::Place);

}  // namespace pipeline
