// SPDX-License-Identifier: Apache-2.0
// The producer's end of the connection to a table: starts the thread that has it (table_worker.hpp), and ends
// it. No function waits but the destructor, which gives the thread some time to give rows back. A thread that
// is stuck by then, in the name service say, is left alone: the process ends soon.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "producer/sources/table/table_worker.hpp"

namespace pipeline {

class TableLink {
  public:
    // Starts the thread. Throws Failure InputOutput if there can be none.
    TableLink(TablePlan plan, std::chrono::nanoseconds end_patience);
    TableLink(const TableLink&) = delete;
    TableLink& operator=(const TableLink&) = delete;
    ~TableLink();

    [[nodiscard]] TableState& state() noexcept { return *state_; }
    [[nodiscard]] const TableState& state() const noexcept { return *state_; }

  private:
    std::shared_ptr<TableState> state_;
    std::chrono::nanoseconds end_patience_;
    std::future<void> end_;
    std::thread thread_;
};

}  // namespace pipeline
