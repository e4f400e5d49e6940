// SPDX-License-Identifier: Apache-2.0
// The supervisor's process table: one producer, and consumers by place. The table waits for children and
// signals, kills children, and finds them. Other classes decide which child to start, to replace or to tell
// to leave.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "supervisor/children/child.hpp"

namespace pipeline {

class Children {
  public:
    // `outside`: children start programs. When such a child dies, its programs become children of this
    // process (adopt_orphans()). Children that this process had before its exec are reaped, but not killed.
    Children(Child producer, bool outside);

    [[nodiscard]] Child& producer() noexcept { return rows_.front(); }
    [[nodiscard]] const Child& producer() const noexcept { return rows_.front(); }
    // The consumers, in the order in which add() added them. Rows are never removed.
    [[nodiscard]] std::span<Child> consumers() noexcept { return std::span(rows_).subspan(1); }
    [[nodiscard]] std::span<const Child> consumers() const noexcept { return std::span(rows_).subspan(1); }
    [[nodiscard]] std::span<Child> all() noexcept { return rows_; }
    [[nodiscard]] std::span<const Child> all() const noexcept { return rows_; }
    // The consumer of a place; null if the place never had one.
    [[nodiscard]] Child* consumer(std::uint16_t place) noexcept;
    // The running child with this identity; null if there is none.
    [[nodiscard]] Child* running(ProcessId process) noexcept;
    // Returns one more than the highest place in the table, or 0 if it has no consumer.
    [[nodiscard]] std::size_t places() const noexcept;

    // Adds a row for a consumer. Invalidates all Child pointers and references.
    Child& add(Child consumer);

    struct Event {
        std::vector<Child*> ended;  // can be reaped
        bool started = false;       // a start has succeeded or failed
        bool signalled = false;     // `signal_fd` is readable
    };
    // Waits at most `bound` until a child has ended, a start has succeeded or failed, or a signal arrives. If
    // poll(2) fails, reports every child and the signal; the caller must check each one again.
    [[nodiscard]] Event wait(int signal_fd, std::chrono::milliseconds bound);

    // Call it before the first child starts programs, if the constructor was told that none does (`outside`).
    void adopt_programs();

    // Kills all running children and reaps them; no child starts again. Gives up on children that have not
    // ended within `bound` (they wait for a dead disk, and never run again). Returns the names and pids of
    // these children.
    std::vector<std::string> kill_all(std::chrono::milliseconds bound);
    // Gives up the children that wait for their start.
    void start_no_more() noexcept;
    // Kills and reaps a child whose start has failed. Gives up on the child if it does not end soon.
    void forget(Child& child);
    // If children start programs (`outside`), kills the processes that dead children have left behind.
    // Living children end their programs themselves. Returns false if some of the killed processes still
    // live after `bound`.
    bool end_orphans(std::chrono::milliseconds bound);

    [[nodiscard]] bool consumers_done() const noexcept;
    [[nodiscard]] bool all_done() const noexcept;

  private:
    bool end(Child& child, std::chrono::milliseconds bound);

    std::vector<Child> rows_;  // the producer first
    bool outside_;
    // Children that end_orphans() does not kill: those that this process had before its exec, and those that
    // did not die when they were killed.
    std::vector<pid_t> spared_;
};

}  // namespace pipeline
