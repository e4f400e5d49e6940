// SPDX-License-Identifier: Apache-2.0
// One row of texts per process, for the status text and the screen.
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
    std::string doing;  // "processes", "waits for invoices"; empty unless the process may live
    std::string items_per_second;
    std::string busy;  // share of its time that is not spent waiting for input
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

// Returns the rows of supervisor and producer, then those of the consumers, sorted by `order`: by place
// ascending, by anything else descending. Returns no rows if nothing has been observed.
[[nodiscard]] std::vector<ProcessRow> process_rows(const View& view, SortOrder order = SortOrder::Place);

}  // namespace pipeline
