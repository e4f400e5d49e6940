// SPDX-License-Identifier: Apache-2.0
// The thread with the connection: takes rows, extends their leases, gives back those that are not used, and
// connects again without end. It may wait for the server; the producer never waits for it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "producer/sources/held_messages.hpp"
#include "producer/sources/table/table_state.hpp"
#include "producer/sources/work_bound.hpp"

namespace pipeline {

struct TablePlan {
    std::function<std::unique_ptr<WorkTable>()> make;
    std::string name;  // the source's, for messages
    bool once = false;
    // Nothing was acquired before: a table that cannot be used is a Failure. Else it is a trouble, which may
    // pass.
    bool is_first = false;
    std::vector<std::uint64_t> held;  // the positions of rows that are in the pipeline
    std::chrono::nanoseconds lease{};
    std::uint64_t body_max = 0;
    std::function<WorkProgress()> progress = [] { return WorkProgress{}; };
};

class TableWorker {
  public:
    using Clock = TableState::Clock;

    TableWorker(TablePlan plan, std::shared_ptr<TableState> state);
    // Works until the state says that it must finish, and no longer than it says.
    void run();

  private:
    void take_orders(Clock::time_point now);
    void open();
    void serve();
    void extend();
    void give_back();
    void take();
    void publish(std::vector<WorkRow> rows, Clock::time_point now);
    [[nodiscard]] bool may_become_free(Clock::time_point now);
    void trouble(const std::string& text);
    [[nodiscard]] bool finish(Clock::time_point now);
    void tell_of_rest();
    void wait(Clock::time_point now);

    TablePlan plan_;
    std::shared_ptr<TableState> state_;
    std::unique_ptr<WorkTable> table_;
    HeldMessages held_;
    WorkBound bound_;
    std::vector<WorkRow> back_;  // to give back
    bool is_open_ = false;
    bool has_been_open_ = false;
    bool is_proved_ = false;  // the connection has done something since it was opened
    Clock::time_point open_at_{};
    std::chrono::milliseconds delay_;        // between two tries to connect
    Clock::time_point take_at_{};            // when it pays to look for rows
    std::chrono::milliseconds empty_delay_;  // between two looks at an empty table
    Clock::time_point leases_end_;           // by then all leases have ended that nobody here knows of
    bool lacks_room_ = false;                // the next rows wait for finished work

    // Copies of the state, as take_orders() found it.
    std::optional<Clock::time_point> finish_by_;
    bool is_wanted_ = false;
    bool is_stopped_ = false;
    std::uint64_t most_wanted_ = 0;
    std::uint64_t queued_ = 0;  // incoming and handed
    std::uint64_t queued_bytes_ = 0;
};

}  // namespace pipeline
