// SPDX-License-Identifier: Apache-2.0
// The supervisor's process table: one producer, and consumers by their places. It waits for children and
// signals, kills, and says who there is; who is started, replaced or told to leave is decided elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "supervisor/children/child.hpp"

namespace pipeline {

class Children {
  public:
    // `outside`: consumers have children of their own, which are adopted when a consumer dies. Children that
    // this process has already are no such orphans: they are left alone, and reaped when they end.
    Children(Child producer, bool outside);

    [[nodiscard]] Child& producer() noexcept { return rows_.front(); }
    [[nodiscard]] const Child& producer() const noexcept { return rows_.front(); }
    // In the order in which they were added; none is ever taken away.
    [[nodiscard]] std::span<Child> consumers() noexcept { return std::span(rows_).subspan(1); }
    [[nodiscard]] std::span<const Child> consumers() const noexcept { return std::span(rows_).subspan(1); }
    [[nodiscard]] std::span<Child> all() noexcept { return rows_; }
    [[nodiscard]] std::span<const Child> all() const noexcept { return rows_; }
    // Of one place; null if it has never had any.
    [[nodiscard]] Child* consumer(std::uint16_t place) noexcept;
    // The running child that is this process; null if none is.
    [[nodiscard]] Child* running(ProcessId process) noexcept;
    // One more than the greatest place that a consumer has.
    [[nodiscard]] std::size_t places() const noexcept;

    // What was said of any of them before is void.
    Child& add(Child consumer);

    struct Event {
        std::vector<Child*> ended;  // they can be reaped
        bool signalled = false;     // `signal_fd` can be read
    };
    // Waits at most `bound` until one of them has ended or there is a signal. It may say too much where it
    // cannot ask the kernel, and is to be looked at again.
    [[nodiscard]] Event wait(int signal_fd, std::chrono::milliseconds bound);

    // Ends and reaps all that run; none is started again.
    void kill_all();
    // What dead consumers have left running; the living ones see to theirs. False if some live on after
    // `bound`.
    bool end_orphans(std::chrono::milliseconds bound);

    [[nodiscard]] bool consumers_done() const noexcept;
    [[nodiscard]] bool all_done() const noexcept;

  private:
    std::vector<Child> rows_;  // the producer first
    bool outside_;
    std::vector<pid_t> inherited_;  // children from before the exec that have not ended yet
};

}  // namespace pipeline
